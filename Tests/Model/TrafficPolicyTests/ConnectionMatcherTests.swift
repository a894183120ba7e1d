import Testing
import TrafficPolicy

@Suite struct ConnectionMatcherTests {
    private func tls(_ name: String? = nil, _ protocols: String...) -> ConnectionFacts {
        ConnectionFacts(isTLS: true, serverName: name, applicationProtocols: protocols)
    }

    @Test func `the most exact server name wins, whatever the order`() {
        let matches = [
            ConnectionMatch(), ConnectionMatch(serverNames: ["*.example"]),
            ConnectionMatch(serverNames: ["*.b.example", "c.example"]), ConnectionMatch(serverNames: ["a.b.example"]),
        ]
        for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
            let matcher = ConnectionMatcher(order.map { matches[$0] })
            func chain(_ name: String?) -> Int? { matcher.chain(for: tls(name)).map { order[$0] } }

            #expect(chain("a.b.example") == 3)
            #expect(chain("A.B.Example") == 3)
            #expect(chain("x.b.example") == 2)
            #expect(chain("y.x.b.example") == 2)
            #expect(chain("c.example") == 2)
            #expect(chain("d.example") == 1)
            // A wildcard does not stand for nothing.
            #expect(chain("example") == 0)
            #expect(chain("elsewhere") == 0)
            #expect(chain(nil) == 0)
            #expect(chain("") == 0)
            #expect(chain(".") == 0)
        }
    }

    @Test func `TLS for the mesh, other TLS and plain text are told apart`() {
        let matcher = ConnectionMatcher([
            ConnectionMatch(isTLS: true, applicationProtocols: ["istio-peer-exchange", "istio"]),
            ConnectionMatch(isTLS: true), ConnectionMatch(isTLS: false),
        ])

        #expect(matcher.chain(for: tls(nil, "istio")) == 0)
        #expect(matcher.chain(for: tls("db", "h2", "istio")) == 0)
        #expect(matcher.chain(for: tls(nil, "postgresql")) == 1)
        #expect(matcher.chain(for: tls()) == 1)
        #expect(matcher.chain(for: .plainText) == 2)
    }

    @Test func `a chain that was entered is not left for a wider one`() {
        let matcher = ConnectionMatcher([
            ConnectionMatch(serverNames: ["a.example"], isTLS: true, applicationProtocols: ["h2"]), ConnectionMatch(),
        ])

        #expect(matcher.chain(for: tls("a.example", "h2")) == 0)
        #expect(matcher.chain(for: tls("a.example")) == nil)
        #expect(matcher.chain(for: tls("b.example")) == 1)
    }

    @Test func `a single chain without a match needs no look at the bytes`() {
        #expect(!ConnectionMatcher([ConnectionMatch()]).needsFacts)
        #expect(ConnectionMatcher([ConnectionMatch(isTLS: true)]).needsFacts)
        #expect(ConnectionMatcher([ConnectionMatch(isTLS: true)]).chain(for: .plainText) == nil)
        #expect(ConnectionMatcher([]).chain(for: .plainText) == nil)
    }
}
