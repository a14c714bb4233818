"""What a build need not make again: decided by what it rests on, and checked when it is used."""
