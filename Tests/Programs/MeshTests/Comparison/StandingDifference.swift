/// A difference that many rows show, declared once. One that no row shows any more is a fault, as in a row.
struct StandingDifference: Sendable {
    /// What it is about, for the message.
    var name: String
    var reason: String
    /// Whether a difference is this one, among all of its row.
    var holds: @Sendable (_ difference: SeenDifference, _ all: [SeenDifference]) -> Bool

    static let all: [StandingDifference] = [
        StandingDifference(
            name: "the name in server",
            reason: """
                RFC 9110 §10.2.4: the field tells of the origin server's software, so what the upstream says is left to \
                stand unless server_name is given; Envoy writes its own name over it.
                """
        ) { difference, _ in difference.isOf("header server") },
        StandingDifference(
            name: "the customary phrase of a status",
            reason: "RFC 9112 §4: a client should ignore it; ours leaves it out where there is none that people know."
        ) { difference, all in
            difference.isOf("reason") && !all.contains { $0.key == difference.sibling("status") }
        },
        StandingDifference(
            name: "why a request was refused",
            reason: """
                RFC 9110 §15.5: the answer should hold an explanation of the error; Envoy's body is the phrase of the \
                status again, or nothing.
                """
        ) { difference, all in
            let body = difference.sibling("body")
            return ["body", "header content-length", "header content-type"].contains { difference.isOf($0) }
                && all.contains { $0.key == body && $0.ours?.hasSuffix("\n") == true }
        },
        StandingDifference(
            name: "how an answer to HEAD is framed",
            reason: """
                RFC 9110 §9.3.2: the same fields as for GET, but those that come with the content may be left out (RFC \
                9112 §6.1); Envoy writes transfer-encoding, and no length where it would tell one.
                """
        ) { difference, all in
            (difference.isOf("header transfer-encoding") && difference.envoy == "[chunked]" && difference.ours == nil)
                || (difference.isOf("header content-length") && difference.envoy == nil
                    && all.contains { $0.key == difference.sibling("header transfer-encoding") && $0.ours == nil })
        },
        StandingDifference(
            name: "the length of a body that is not there",
            reason: """
                RFC 9110 §8.6: only a method that expects content says that there is none; Envoy writes a length of 0 for \
                OPTIONS and PROPFIND, too.
                """
        ) { difference, _ in
            difference.key.hasPrefix("upstream ") && difference.isOf("header content-length")
                && difference.envoy == "[0]" && difference.ours == nil
        },
        StandingDifference(
            name: "where a mirrored request comes from",
            reason: """
                Envoy's defect: it appends to x-forwarded-for the first address that its machine has; ours the one at \
                which the request arrived, which is where its copy comes from.
                """
        ) { difference, _ in
            difference.key.hasPrefix("upstream ") && difference.isOf("header x-forwarded-for")
                && difference.envoy == "[127.0.0.1]" && difference.ours == "[127.0.7.2]"
        },
        StandingDifference(
            name: "how an answer that breaks off ends",
            reason: """
                RFC 9112 §8: the message is incomplete either way; a reset cannot be taken for its end, not even by a \
                client that does not count.
                """
        ) { difference, all in
            difference.isOf("connection") && difference.envoy == "closed" && difference.ours == "reset"
        },
    ]
}

extension SeenDifference {
    /// Whether its key is of this part of a message.
    func isOf(_ part: String) -> Bool { key.hasSuffix(": \(part)") }

    /// The key of another part of its message.
    func sibling(_ part: String) -> String {
        key.firstIndex(of: ":").map { "\(key[..<$0]): \(part)" } ?? part
    }
}
