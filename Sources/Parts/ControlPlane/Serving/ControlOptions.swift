import Quantities

/// What the program was asked to do.
package struct ControlOptions: Hashable, Sendable {
    /// Where the YAML files are.
    package var configurationDirectory: String
    /// Where the store and the root certificate live.
    package var stateDirectory: String
    /// Where one-time tokens are written; none are when absent.
    package var tokenDirectory: String?
    /// The IP address to listen on.
    package var address = "127.0.0.1"
    package var certificateLifetime = Duration.seconds(86_400)
    package var trustDomain = "cluster.local"

    package enum Parsed: Hashable, Sendable {
        case run(ControlOptions)
        /// Print the text and succeed.
        case help(String)
        /// Print the sentence and exit with 2.
        case usage(String)
    }

    package static let help = """
        meshtop-control – the control plane of meshtop: configuration, registry, certificates, discovery

        usage: meshtop-control --config-dir DIR --state-dir DIR [options]

          --config-dir DIR             YAML files in Istio's schema; applied when new or changed, read again when they
                                       change or on SIGHUP
          --state-dir DIR              the store (SQLite) and the root certificate; made when missing
          --token-dir DIR              write a one-time token per workload: <namespace>.<entry>.token
          --listen ADDRESS             IP address to listen on (default 127.0.0.1)
          --certificate-lifetime TIME  of workload certificates: 90s, 30m, 24h, 7d (default 24h)
          --trust-domain NAME          first part of every identity (default cluster.local)
          --help, --version

        ports: 15010 API, discovery, targets (plain, loopback only) · 15012 discovery, certificates (TLS) ·
               15014 /ready, /metrics

        """

    /// Reads the arguments, without the program's name.
    package static func parse(_ arguments: [String]) -> Parsed {
        var values: [String: String] = [:]
        let names = [
            "--config-dir", "--state-dir", "--token-dir", "--listen", "--certificate-lifetime", "--trust-domain",
        ]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" { return .help(help) }
            if argument == "--version" { return .help("meshtop-control 0.1.0\n") }
            let halves = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard names.contains(halves[0]) else {
                return .usage("unknown argument \(argument); --help lists what there is")
            }
            guard let value = halves.count > 1 ? halves[1] : rest.popFirst(), !value.isEmpty else {
                return .usage("\(halves[0]) needs a value")
            }
            values[halves[0]] = value
        }
        guard let configuration = values["--config-dir"], let state = values["--state-dir"] else {
            return .usage("--config-dir and --state-dir are needed; --help explains them")
        }
        var options = ControlOptions(configurationDirectory: configuration, stateDirectory: state)
        options.tokenDirectory = values["--token-dir"]
        if let address = values["--listen"] { options.address = address }
        if let domain = values["--trust-domain"] { options.trustDomain = domain }
        if let text = values["--certificate-lifetime"] {
            guard let lifetime = duration(text) else {
                return .usage(
                    "--certificate-lifetime \(text): write a number and a unit, such as 90s, 30m, 24h or 7d; from 10s to "
                        + "90d")
            }
            options.certificateLifetime = lifetime
        }
        return .run(options)
    }

    /// `90s`, `30m`, `24h`, `7d`; nothing outside 10 seconds to 90 days, Istio's longest.
    private static func duration(_ text: String) -> Duration? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()) else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, (10...90 * 86_400).contains(seconds) else { return nil }
        return .seconds(seconds)
    }

    private init(configurationDirectory: String, stateDirectory: String) {
        self.configurationDirectory = configurationDirectory
        self.stateDirectory = stateDirectory
    }
}
