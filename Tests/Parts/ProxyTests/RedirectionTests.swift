import HTTPWire
import Patterns
import Testing
import TrafficPolicy

@testable import Proxy

@Suite struct RedirectionTests {
    private func location(
        _ redirect: RouteAction.Redirect, host: String = "shop:80", target: String = "/a/b?c=d", isTLS: Bool = false
    ) -> String {
        let head = RequestHead(method: "GET", target: target, authority: host)
        let bytes = Redirection.location(
            for: head, redirect, PathCondition(.prefix, "/a".utf8), isTLS: isTLS)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `every field has its say`() throws {
        let substitution = try Substitution(Pattern("/a/(.*)"), #"/\1/a"#)

        #expect(location(.init(scheme: "https")) == "https://shop/a/b?c=d")
        #expect(location(.init(scheme: "https"), host: "shop:8080") == "https://shop:8080/a/b?c=d")
        #expect(location(.init(scheme: "http"), host: "shop:443", isTLS: true) == "http://shop/a/b?c=d")
        #expect(location(.init(scheme: "http")) == "http://shop:80/a/b?c=d")
        #expect(location(.init(host: "other")) == "http://other/a/b?c=d")
        #expect(location(.init(port: 8080)) == "http://shop:8080/a/b?c=d")
        #expect(location(.init(scheme: "https", port: 443)) == "https://shop:443/a/b?c=d")
        #expect(location(.init(path: .replaced(Array("/x".utf8)))) == "http://shop:80/x?c=d")
        #expect(location(.init(path: .replaced(Array("/x?y".utf8)))) == "http://shop:80/x?y")
        #expect(location(.init(path: .prefixReplaced(Array("/x".utf8)))) == "http://shop:80/x/b?c=d")
        #expect(location(.init(path: .substituted(substitution))) == "http://shop:80/b/a?c=d")
        #expect(location(.init(path: .substituted(substitution), stripsQuery: true)) == "http://shop:80/b/a")
    }
}
