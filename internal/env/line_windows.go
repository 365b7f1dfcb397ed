package env

// terminalLine is how many bytes of a line a terminal hands on; 0: it is not known that it cuts any.
const terminalLine = 0
