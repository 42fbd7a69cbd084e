-- Share of the server's connections that is used now.

select connections::numeric / connections_limit as value
from operations.connections_now
