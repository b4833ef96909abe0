def measure(options):
    yield "todo"
