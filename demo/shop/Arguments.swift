import Quantities

/// What `shop` was asked to do.
struct Arguments {
    static let usage = """
        Plays every service of the demo shop, and its shoppers.

        usage: shop [--rate RPS] [--no-shoppers] [--log FILE] [--report ADDRESS] [--seed N]
                    [--bank-certificates DIR]

          --rate RPS         requests a second at the gateway, on average (default 100; a slow wave moves it by 40 %)
          --no-shoppers      only the services
          --log FILE         append a line for every request served: end, start, service, version, status
          --report ADDRESS   serve the counts as JSON there (default 127.0.2.1:8081)
          --bank-certificates DIR
                             the bank speaks TLS with cert-chain.pem and key.pem there (default: plain text)
          --seed N           the same N plays the same shop again (default 1)
          --help, --version
        """

    var rate = 100.0
    var hasShoppers = true
    var log: String?
    var report = "127.0.2.1:8081"
    var bankCertificates: String?
    var seed: UInt64 = 1

    struct Mistake: Error {
        var message: String
    }

    /// Reads the words after the program's name; nothing when they ask for help.
    init?(_ words: [String]) throws(Mistake) {
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--help", "-h":
                return nil
            case "--no-shoppers":
                hasShoppers = false
            case "--rate":
                let text = try Self.value(of: word, from: &rest)
                guard let rate = Double(text), rate > 0, rate <= 20_000 else {
                    throw Mistake(message: "--rate wants requests a second, above 0 and at most 20000, not “\(text)”")
                }
                self.rate = rate
            case "--log":
                log = try Self.value(of: word, from: &rest)
            case "--report":
                report = try Self.value(of: word, from: &rest)
            case "--bank-certificates":
                bankCertificates = try Self.value(of: word, from: &rest)
            case "--seed":
                let text = try Self.value(of: word, from: &rest)
                guard let seed = UInt64(text) else {
                    throw Mistake(message: "--seed wants a whole number, not “\(text)”")
                }
                self.seed = seed
            default:
                throw Mistake(message: "“\(word)” is not an option of shop; --help lists them")
            }
        }
    }

    private static func value(of option: String, from rest: inout ArraySlice<String>) throws(Mistake) -> String {
        guard let value = rest.popFirst() else { throw Mistake(message: "\(option) wants a value after it") }
        return value
    }
}
