import Glibc
import Proxy

@main
enum Program {
    static func main() {
        exit(ProxyCommand.run(Array(CommandLine.arguments.dropFirst())))
    }
}
