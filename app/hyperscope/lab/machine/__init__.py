"""What this machine has and lacks of what Hyperscope needs. It knows no experiments."""
