"""Social accounts: their credentials, their health, and how long a platform asked them to rest."""
