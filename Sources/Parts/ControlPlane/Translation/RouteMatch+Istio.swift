import Discovery
import MeshConfig

extension Route.Match {
    init(_ match: VirtualService.HTTPMatch) {
        let path: Route.PathMatcher =
            switch match.uri {
            case .exact(let text): .exact(text)
            case .prefix(let text): .prefix(text)
            case .regex(let pattern): .regex(pattern)
            case nil: .prefix("/")
            }
        let line = [
            (":scheme", match.scheme), (":method", match.method), (":authority", match.authority),
        ].compactMap { name, wanted in
            wanted.map { Route.HeaderMatcher(name: name, condition: Route.StringCondition($0)) }
        }
        let present = match.headers.sorted { $0.key < $1.key }.map { name, wanted in
            Route.HeaderMatcher(name: name, condition: wanted.map { Route.StringCondition($0) } ?? .present)
        }
        // "Not this value" holds for a header that is not there, too; Envoy must be told to see it as empty.
        let absent = match.withoutHeaders.sorted { $0.key < $1.key }.map { name, unwanted in
            Route.HeaderMatcher(
                name: name, condition: unwanted.map { Route.StringCondition($0) } ?? .present, inverted: true,
                treatsMissingAsEmpty: unwanted != nil)
        }
        self.init(
            path: path, caseSensitive: !match.ignoreUriCase, headers: line + present + absent,
            queryParameters: match.queryParams.sorted { $0.key < $1.key }.map { name, wanted in
                Route.QueryParameterMatcher(
                    name: name, condition: wanted.map { Route.StringCondition($0) } ?? .present)
            })
    }
}

extension Route.StringCondition {
    init(_ match: VirtualService.StringMatch) {
        switch match {
        case .exact(let text): self = .exact(text, ignoringCase: false)
        case .prefix(let text): self = .prefix(text, ignoringCase: false)
        case .regex(let pattern): self = .regex(pattern)
        }
    }
}
