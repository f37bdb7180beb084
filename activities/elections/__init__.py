"""换届 of a branch, from the request to the approval, each step with date and article."""
