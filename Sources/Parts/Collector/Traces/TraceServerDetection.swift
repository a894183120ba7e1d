internal import HTTPTransport
internal import JSONWire

/// Finds out what a trace server speaks, by questions that only one kind of them answers as expected.
enum TraceServerDetection {
    private struct Question {
        let api: TraceServerConfiguration.API
        let path: String
        let isAnswer: @Sendable (JSONValue) -> Bool
    }

    private static let questions = [
        Question(api: .jaeger, path: "/api/services") { $0["data"] != nil },
        Question(api: .tempo, path: "/api/search/tags") { $0["tagNames"] != nil || $0["metrics"] != nil },
        Question(api: .zipkin, path: "/api/v2/services") { $0.array != nil },
        Question(api: .jaegerV3, path: "/api/v3/services") { $0["services"] != nil || $0.object?.isEmpty == true },
    ]

    static func api(_ exchange: TraceExchange) throws(TraceSourceFailure) -> TraceServerConfiguration.API {
        var tried: [String] = []
        for question in questions {
            guard let response = try exchange.results(of: [.init(question.path)]).first?.get() else { continue }
            switch response.status {
            case 200:
                if let document = try? exchange.document(response), question.isAnswer(document) { return question.api }
                tried.append("\(question.path) is something else")
            // Whoever must show who he is will have to for all of them.
            case 401, 403: throw exchange.refusal(TraceServerWords.words(for: response))
            case 400 where response.text.contains("no org id"):
                throw exchange.refusal(TraceServerWords.words(for: response))
            default: tried.append("\(question.path) answered \(response.status)")
            }
        }
        throw exchange.refusal(
            "it is no Jaeger, Tempo or Zipkin that could be recognised (\(tried.joined(separator: ", "))); "
                + "if it is one, say which with --traces-api, or put its path into the URL")
    }
}
