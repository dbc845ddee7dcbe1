// Azurite that ends with its parent process: when the pipe to our standard input closes, it stops,
// even if the parent was killed.
process.stdin.resume();
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
require("azurite/dist/src/azurite");
