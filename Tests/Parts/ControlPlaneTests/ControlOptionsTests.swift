import ControlPlane
import Testing

@Suite struct `The arguments of meshtop-control` {
    private let needed = ["--config-dir", "mesh", "--state-dir", "state"]

    @Test func `have safe defaults`() throws {
        let options = try #require(run(needed))

        #expect(options.configurationDirectory == "mesh")
        #expect(options.address == "127.0.0.1")
        #expect(options.certificateLifetime == .seconds(86_400))
        #expect(options.trustDomain == "cluster.local")
        #expect(options.tokenDirectory == nil)
    }

    @Test func `are read in both forms`() throws {
        let options = try #require(
            run(needed + ["--token-dir=tokens", "--certificate-lifetime=30m", "--trust-domain", "shop.example"]))

        #expect(options.tokenDirectory == "tokens")
        #expect(options.certificateLifetime == .seconds(1_800))
        #expect(options.trustDomain == "shop.example")
    }

    @Test(arguments: ["", "s", "10", "9s", "91d", "-5m", "1.5h", "9999999999999999d", "h10"])
    func `refuse a lifetime that is none`(text: String) {
        guard case .usage(let sentence) = ControlOptions.parse(needed + ["--certificate-lifetime=" + text]) else {
            Issue.record("accepted")
            return
        }
        #expect(sentence.contains("--certificate-lifetime"))
    }

    @Test(arguments: [
        ([], "--config-dir and --state-dir are needed; --help explains them"),
        (["--config-dir", "a"], "--config-dir and --state-dir are needed; --help explains them"),
        (["--config-dir"], "--config-dir needs a value"),
        (["--frob"], "unknown argument --frob; --help lists what there is"),
    ])
    func `say what is wrong`(arguments: [String], sentence: String) {
        #expect(ControlOptions.parse(arguments) == .usage(sentence))
    }

    @Test func `offer help and a version`() {
        guard case .help(let help) = ControlOptions.parse(["--help"]) else {
            Issue.record("no help")
            return
        }
        #expect(help.contains("--certificate-lifetime"))
        #expect(ControlOptions.parse(["--version"]) == .help("meshtop-control 0.1.0\n"))
    }

    private func run(_ arguments: [String]) -> ControlOptions? {
        guard case .run(let options) = ControlOptions.parse(arguments) else { return nil }
        return options
    }
}
