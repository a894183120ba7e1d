import Quantities

/// A cluster of a row, and what its endpoints answer.
struct ComparedUpstream: Sendable {
    /// What an endpoint does about one request.
    struct Answer: Sendable {
        enum End: Sendable, Equatable {
            case stays, closes, closesLater, resets
        }

        /// Sent as it stands.
        var bytes: String
        var delay: Duration?
        /// Waits for the end of the row's calls.
        var isHeld = false
        var end = End.stays

        /// A response with the cluster's name as its body, unless another is given. `$endpoint` is who answers.
        static func status(_ status: Int, _ fields: String..., body: String = "$cluster") -> Answer {
            Answer(
                bytes: (["HTTP/1.1 \(status) Something"] + fields + ["content-length: $length", "", body])
                    .joined(separator: "\r\n"))
        }

        static let fine = status(200)
        /// Tells which endpoint it was.
        static let endpoint = status(200, body: "$endpoint")
        /// Line breaks are sent as CRLF.
        static func raw(_ text: String) -> Answer { Answer(bytes: text.replacing("\n", with: "\r\n")) }
        static func exact(_ text: String) -> Answer { Answer(bytes: text) }
        static let never = Answer(bytes: "")
        static let reset = Answer(bytes: "", end: .resets)
        static let close = Answer(bytes: "", end: .closes)

        var held: Answer {
            var answer = self
            answer.isHeld = true
            return answer
        }

        /// Then the connection ends in order.
        var closing: Answer {
            var answer = self
            answer.end = .closes
            return answer
        }

        /// The same, when the client has had time to see what came before.
        var closingLater: Answer {
            var answer = self
            answer.end = .closesLater
            return answer
        }

        /// Then the connection is reset.
        var resetting: Answer {
            var answer = self
            answer.end = .resets
            return answer
        }

        func after(_ delay: Duration) -> Answer {
            var answer = self
            answer.delay = delay
            return answer
        }
    }

    var name: String
    var endpointCount: Int
    /// Endpoints where nobody listens.
    var absent: Set<Int>
    /// More fields of the cluster.
    var fields: String
    /// For the first request to the cluster, the second…; the last stands for all that follow.
    var answers: [Answer]
    /// Those of single endpoints, instead.
    var answersOfEndpoints: [Int: [Answer]]
    /// Whether it speaks no HTTP: what comes over a connection is one request, each piece is answered, and so is its end.
    var isRaw: Bool
    /// Whether it speaks HTTP/2, and is spoken to so.
    var isHTTP2: Bool
    /// What it says first.
    var greeting: String

    init(
        _ name: String, _ answers: [Answer] = [.fine], endpoints: Int = 1, absent: Set<Int> = [], fields: String = "",
        byEndpoint answersOfEndpoints: [Int: [Answer]] = [:], isRaw: Bool = false,
        isHTTP2: Bool = false, greeting: String = ""
    ) {
        self.name = name
        self.endpointCount = endpoints
        self.absent = absent
        self.fields = fields
        self.answers = answers
        self.answersOfEndpoints = answersOfEndpoints
        self.isRaw = isRaw
        self.isHTTP2 = isHTTP2
        self.greeting = greeting
    }
}
