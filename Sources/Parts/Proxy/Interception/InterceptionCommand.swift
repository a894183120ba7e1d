import Glibc
import JSONWire
import Quantities
import SystemIO

/// `meshtop-proxy intercept`: puts the rules in force, takes them away, tells which there are. `nft` does it.
enum InterceptionCommand {
    /// How long `nft` may take; it takes milliseconds.
    private static let patience: Duration = .seconds(10)

    /// - Returns: what to print.
    static func run(_ options: InterceptionOptions) throws(ProxyError) -> String {
        guard geteuid() == 0 else {
            throw .environment("intercept \(options.action.rawValue) needs root; run it with sudo, or as root")
        }
        do {
            let directory = try Files.makeTemporaryDirectory(prefix: "meshtop-intercept")
            defer { try? Files.remove(directory) }
            return try run(options, in: directory)
        } catch let error as ProxyError {
            throw error
        } catch {
            throw .environment("\(error)")
        }
    }

    private static func run(_ options: InterceptionOptions, in directory: String) throws -> String {
        switch options.action {
        case .up:
            guard let rules = options.rules else { return "" }
            try apply(rules.ruleset, in: directory)
            return "connections of this machine go to \(rules.address), but for those of user \(rules.user)\n"
        case .down:
            try apply(InterceptionRules.removal, in: directory)
            return "connections go where they are going\n"
        case .status:
            let words = (options.wantsJSON ? ["-j"] : []) + ["list", "table", "inet", InterceptionRules.table]
            let (exit, output, errors) = try nft(words, in: directory)
            let isUp = exit == .code(0)
            guard isUp || errors.contains("No such file") else { throw failure(exit, errors) }
            guard options.wantsJSON else {
                return isUp ? output : "no connection is sent to a proxy (meshtop-proxy intercept up)\n"
            }
            var answer: JSONObject = ["schema": "meshtop/interception/v1", "isIntercepted": .bool(isUp)]
            if isUp { answer["nftables"] = try JSONValue.parse(Array(output.utf8))["nftables"] }
            return String(decoding: JSONValue.object(answer).serialized(pretty: true), as: UTF8.self) + "\n"
        }
    }

    private static func apply(_ ruleset: String, in directory: String) throws {
        let file = "\(directory)/rules"
        try Files.writeAtomically(file, Array(ruleset.utf8))
        let (exit, _, errors) = try nft(["-f", file], in: directory)
        guard exit == .code(0) else { throw failure(exit, errors) }
    }

    private static func failure(_ exit: ChildExit, _ errors: String) -> ProxyError {
        let reason = errors.split(separator: "\n").first.map(String.init) ?? "\(exit)"
        return .environment("nft refused the rules: \(reason)")
    }

    private static func nft(
        _ arguments: [String], in directory: String
    ) throws -> (exit: ChildExit, output: String, errors: String) {
        let loop = try EventLoop()
        let files = (output: "\(directory)/output", errors: "\(directory)/errors")
        let process: ChildProcess
        do throws(SystemError) {
            process = try ChildProcess(
                ChildCommand(
                    "nft", arguments, standardOutput: .file(files.output), standardError: .file(files.errors)),
                loop: loop)
        } catch {
            guard error.code == ENOENT else { throw error }
            throw ProxyError.environment("nft is not installed; on Debian: apt-get install nftables")
        }
        _ = loop.run(until: SystemClock.monotonic().advanced(by: patience)) { process.exit != nil }
        guard let exit = process.exit else { throw ProxyError.environment("nft does not end") }
        func text(_ file: String) -> String {
            (try? Files.read(file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        return (exit, text(files.output), text(files.errors))
    }
}
