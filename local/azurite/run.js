// Azurite that ends with whoever started it: when the pipe to our standard input closes, so do we,
// even if the parent was killed and could not say goodbye.
process.stdin.resume();
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
require("azurite/dist/src/azurite");
