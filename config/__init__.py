"""What the operator writes: settings, secrets by reference, device profiles, default limits."""
