import ControlPlane
import Glibc
import SystemIO

@main
enum Program {
    static func main() {
        Allocator.returnLargeBlocks()
        switch ControlOptions.parse(Array(CommandLine.arguments.dropFirst())) {
        case .help(let text):
            print(text, terminator: "")
        case .usage(let sentence):
            complain(sentence)
            exit(2)
        case .run(let options):
            do {
                try ControlPlaneService(options, loop: try EventLoop()).run()
            } catch {
                complain("\(error)")
                exit(1)
            }
        }
    }

    /// Words for people go to standard error. When that is closed there is nobody to tell.
    private static func complain(_ sentence: String) {
        var line = "meshtop-control: \(sentence)\n"
        line.withUTF8 { bytes in
            _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}
