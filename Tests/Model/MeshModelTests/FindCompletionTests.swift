import MeshModel
import Testing

@Suite("Completing an expression")
struct FindCompletionTests {
    /// The cursor stands where `|` is.
    private static func offered(_ marked: String, names: [FindOperand: [String]] = [:]) -> [String] {
        let halves = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let completion = FindCompletion(
            halves.joined(), cursor: halves[0].unicodeScalars.count, names: names)
        return completion.candidates.map(\.text)
    }

    @Test(arguments: [
        ("hea|", ["healthy"]), ("HEA|", ["healthy"]), ("!hea|", ["healthy"]), ("not hea|", ["healthy"]),
        ("(hea|", ["healthy"]), ("is hea|", ["healthy"]), ("app = x or ht|", ["http", "httpin", "httpout"]),
        // After AND only what may be joined.
        ("mtls and ht|", ["http"]), ("idle and ht|", ["httpin", "httpout"]),
        ("p95 > 5 and ht|", ["http", "httpin", "httpout"]),
        ("%|", ["%grpcerr", "%grpctraffic", "%httperr", "%httptraffic"]), ("lab|", ["label:"]),
        ("zz|", []), ("healthy|", []),
        ("app con|", ["contains"]), ("app !s|", ["startswith"]), ("app not e|", ["endswith"]),
        ("rt |", ["=", "!=", ">", ">=", "<", "<="]), ("node |", ["=", "!="]), ("healthy a|", ["AND"]),
        ("healthy |", ["AND", "OR"]), ("app = x o|", ["OR"]), ("label:x c|", ["contains"]), ("(label:x a|", ["AND"]),
        ("(healthy |", ["AND", "OR", ")"]),
        ("node = s|", ["service"]), ("node=s|", ["service"]), ("protocol != g|", ["grpc"]), ("rt = n|", ["NaN"]),
        ("rt > |", []), ("rank = |", []), ("app = |", []),
        // The word at the cursor, not what stands behind it.
        ("hea| and idle", ["healthy"]),
        // Nothing is offered after what is wrong.
        ("nonsense and hea|", []), ("app = x and mtls and hea|", []),
    ])
    func `offers what may come next and begins so`(marked: String, expected: [String]) {
        #expect(Self.offered(marked) == expected)
    }

    @Test func `offers all operands at the begin, in the order of letters`() {
        let offered = Self.offered("|")

        #expect(offered == FindOperand.allCases.map(\.rawValue).sorted())
    }

    @Test func `offers the names of the mesh`() {
        var names = FindCompletion.names(in: FindFixture.snapshot)
        names[.label] = ["region"]
        names[.operation] = ["GET /accounts"]

        #expect(Self.offered("app = |", names: names) == ["gateway", "payment-service", "web"])
        #expect(Self.offered("app = w|", names: names) == ["web"])
        #expect(Self.offered("name = p|", names: names) == ["payment-service", "payment-v1", "payment-v2"])
        #expect(Self.offered("ns != |", names: names) == ["edge", "payments", "shop"])
        #expect(Self.offered("label:r|", names: names) == ["label:region"])
        #expect(Self.offered("mtls and label|", names: names).isEmpty)
        #expect(Self.offered("op = |", names: names) == ["\"GET /accounts\""])
    }

    @Test func `a candidate takes the place of the word`() throws {
        let text = "app = x or hea and idle"
        let completion = FindCompletion(text, cursor: 14)
        let candidate = try #require(completion.candidates.first)

        let (changed, cursor) = completion.applying(candidate, to: text)

        #expect(changed == "app = x or healthy and idle")
        #expect(cursor == 18)
        #expect(!candidate.summary.isEmpty)
    }

    @Test(arguments: [-1, 0, 3, 99, Int.max, Int.min])
    func `a cursor outside the text is brought inside`(cursor: Int) {
        let completion = FindCompletion("hea", cursor: cursor)

        #expect(completion.range.lowerBound >= 0 && completion.range.upperBound <= 3)
    }

    @Test func `every candidate for an operand leads on`() throws {
        for operand in Self.offered("|") {
            let next = Self.offered("\(operand == "label:" ? "label:x" : operand) |")
            #expect(!next.isEmpty, "\(operand)")
        }
    }
}
