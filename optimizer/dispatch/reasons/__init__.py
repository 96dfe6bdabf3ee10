"""Why a task or request is late or unserved, and what would serve it."""
