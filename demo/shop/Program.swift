import Glibc
import SystemIO

@main
enum Program {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.contains("--version") {
            print("shop 0.1.0")
            exit(0)
        }
        do {
            guard let arguments = try Arguments(words) else {
                print(Arguments.usage)
                exit(0)
            }
            try run(arguments)
        } catch let mistake as Arguments.Mistake {
            complain(mistake.message)
            exit(2)
        } catch let failure as Shop.Failure {
            complain(failure.message)
            exit(1)
        } catch let failure as ServedLog.Failure {
            complain(failure.message)
            exit(1)
        } catch {
            complain("\(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: Arguments) throws {
        let loop = try EventLoop()
        let shop = try Shop(arguments, loop: loop)
        try loop.watchSignals([SIGINT, SIGTERM, SIGHUP]) { _ in
            shop.close()
            loop.stop()
        }
        shop.open()
        complain("open for business")
        loop.run()
    }

    private static func complain(_ message: String) {
        let line = Array("shop: \(message)\n".utf8)
        // A word that cannot be said is no reason to stop.
        _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
