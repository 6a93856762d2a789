"""What whoever runs the site can see of it: logs, metrics, crashes. Nothing in here knows what a lead is."""
