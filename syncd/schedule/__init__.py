"""Pure: busy time to free time; tasks and free time to learning blocks, with reasons."""
