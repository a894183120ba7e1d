import Glibc

/// The program around the part: arguments in, exit code out; words go to standard error.
package enum ProxyCommand {
    /// 0 when it ended cleanly, 1 when it failed, 2 for a wrong command line.
    package static func run(_ arguments: [String]) -> Int32 {
        if arguments.first == "intercept" { return intercept(Array(arguments.dropFirst())) }
        if arguments.contains("--help") || arguments.contains("-h") {
            print(ProxyOptions.help)
            return 0
        }
        if arguments.contains("--version") {
            print("meshtop-proxy \(ProxyRuntime.version)")
            return 0
        }
        do throws(ProxyError) {
            let options = try ProxyOptions(arguments: arguments)
            return try ProxyRuntime(options).run()
        } catch {
            return report(error)
        }
    }

    private static func intercept(_ arguments: [String]) -> Int32 {
        if arguments.contains("--help") || arguments.contains("-h") {
            print(InterceptionOptions.help)
            return 0
        }
        do throws(ProxyError) {
            print(try InterceptionCommand.run(InterceptionOptions(arguments: arguments)), terminator: "")
            return 0
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: ProxyError) -> Int32 {
        var message = Array("meshtop-proxy: \(error)\n".utf8)
        _ = message.withUnsafeMutableBytes { write(2, $0.baseAddress, $0.count) }
        if case .usage = error { return 2 }
        return 1
    }
}
