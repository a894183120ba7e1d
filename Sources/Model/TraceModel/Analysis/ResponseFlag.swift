/// What Envoy's response flags say, in few words.
package enum ResponseFlag {
    /// The words for flags as they are written, `UF,URX`; nothing when none of them is known.
    package static func words(_ flags: String) -> String? {
        let known = flags.split(separator: ",").compactMap { table[String($0)] }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

    private static let table = [
        "UH": "no healthy endpoint", "UF": "no connection", "UO": "circuit open", "NR": "no route",
        "URX": "tries used up", "NC": "no cluster", "DC": "caller left", "LH": "failed its health check",
        "UT": "timed out", "LR": "reset here", "UR": "reset by the other end", "UC": "connection lost",
        "DI": "delayed on purpose", "FI": "failed on purpose", "RL": "over the rate limit", "UAEX": "not authorized",
        "RLSE": "rate limiter failed", "SI": "stream idle too long", "DT": "took too long", "UPE": "protocol error",
        "UMSDR": "stream too long", "OM": "overloaded", "IH": "bad header", "DPE": "caller's protocol error",
    ]
}
