"""What we conclude: verdicts, gaps, sharing, maps and exports."""
