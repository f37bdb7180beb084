"""Case reports (典型案例): texts with live figures, written, read, and put on paper with what each figure means."""
