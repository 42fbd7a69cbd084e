"""The services that photos come from: one module each, which knows nothing of the others."""
