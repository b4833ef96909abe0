"""The deterministic driver's attempts: every operation in every state, and what people try besides."""
