"""From a brief to its visual: inputs, rendering in each format, and what is stored of it."""
