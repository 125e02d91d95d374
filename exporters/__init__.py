"""What leaves: metrics, messages, forms, and the words they are said in."""
