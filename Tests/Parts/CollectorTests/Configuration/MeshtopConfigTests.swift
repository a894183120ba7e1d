import HTTPTransport
import SystemIO
import Testing

@testable import Collector

@Suite struct MeshtopConfigTests {
    private func parse(_ text: String) throws -> MeshtopConfig {
        try MeshtopConfig.parse(Array(text.utf8), file: "/etc/meshtop/c.yaml", home: "/home/ada")
    }

    private func message(_ text: String) -> String {
        do {
            return "\(try parse(text))"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a context says where targets come from, how they are asked and how it is shown`() throws {
        let config = try parse(
            """
            current-context: shop
            contexts:
            - name: shop
              control: 127.0.0.1:15010
              targets: ["cart.shop.example:15090", "https://10.0.0.7/metrics?a=b"]
              targetFiles: [targets.yaml, /srv/more.json, ~/mine.yaml]
              targetURLs: ["http://sd.shop.example/targets"]
              targetServices: [_metrics._tcp.shop.example]
              kubernetes: {kubeconfig: ~/.kube/config, context: prod, namespaces: [shop, vault]}
              dnsServer: 10.0.0.2:53
              auth: {bearerTokenFile: token}
              tls: {caFile: ca.pem, certFile: me.pem, keyFile: /me.key, serverName: cart}
              interval: 2s
              window: 1m30s
              traces: 127.0.0.1:4318
              receive: 0.0.0.0:4319
              history: {file: shop.history, age: 4w, size: 20GB}
            - name: other
              history: ~/other.history
              auth: {user: ada, password: "s3cret"}
              tls: {insecure: true}
              kubernetes: {kubeconfig: in-cluster}
            """)

        #expect(config.currentContext == "shop")
        let shop = try #require(try config.context(named: nil, file: "c"))
        #expect(shop.control?.description == "127.0.0.1:15010")
        #expect(
            shop.sources.targets.map(\.url.description) == [
                "http://cart.shop.example:15090", "https://10.0.0.7:443/metrics?a=b",
            ])
        #expect(
            shop.sources.files == ["/etc/meshtop/targets.yaml", "/srv/more.json", "/home/ada/mine.yaml"])
        #expect(shop.sources.urls.map(\.description) == ["http://sd.shop.example:80/targets"])
        #expect(shop.sources.services == ["_metrics._tcp.shop.example"])
        #expect(
            shop.kubernetes
                == KubernetesReference(
                    file: "/home/ada/.kube/config", context: "prod", namespaces: ["shop", "vault"]))
        #expect(shop.sources.dnsServer?.description == "10.0.0.2:53")
        #expect(shop.sources.access.credentials == .bearer(.file("/etc/meshtop/token")))
        #expect(
            shop.sources.access.tls
                == TargetAccess.TLS(
                    authorityFile: "/etc/meshtop/ca.pem", certificateFile: "/etc/meshtop/me.pem", keyFile: "/me.key",
                    serverName: "cart"))
        #expect(shop.interval == .seconds(2))
        #expect(shop.window == .seconds(90))
        #expect(shop.traces?.url.host.port == 4318)
        #expect(shop.traces?.api == nil)
        #expect(shop.receive?.port == 4319)
        #expect(
            shop.history
                == HistoryPlace(
                    file: "/etc/meshtop/shop.history", age: .seconds(28 * 86_400), size: 20_000_000_000,
                    isRequired: false))

        let other = try #require(try config.context(named: "other", file: "c"))
        #expect(other.sources.access.credentials == .basic(user: "ada", password: .text("s3cret")))
        #expect(other.sources.access.tls.isInsecure)
        #expect(other.kubernetes?.isSurrounding == true)
        #expect(other.control == nil)
        #expect(other.history == HistoryPlace(file: "/home/ada/other.history", isRequired: false))
    }

    @Test(arguments: ["", "# nothing\n", "{}", "contexts:\n", "contexts: []\n"])
    func `a file that says nothing is fine`(text: String) throws {
        #expect(try parse(text).context(named: nil, file: "c") == nil)
    }

    @Test func `without a current context the only one counts, and of several one must be named`() throws {
        #expect(try parse("contexts: [{name: a}]").context(named: nil, file: "c")?.name == "a")
        #expect {
            try parse("contexts: [{name: a}, {name: b}]").context(named: nil, file: "c.yaml")
        } throws: {
            "\($0)" == "c.yaml: it has several contexts and no current-context; choose one with --context: a, b"
        }
        #expect {
            try parse("contexts: [{name: shop}, {name: b}]").context(named: "shpo", file: "c.yaml")
        } throws: {
            "\($0)" == "c.yaml: there is no context \"shpo\"; did you mean \"shop\"?"
        }
        #expect {
            try parse("").context(named: "shop", file: "c.yaml")
        } throws: {
            "\($0)" == "c.yaml: there is no context \"shop\"; contexts are listed under contexts:"
        }
    }

    @Test(arguments: [
        ("[", "2:1: "),
        ("- a", "1:1: expected an object, found an array"),
        ("{}\n---\n{}", "1:1: expected one document only"),
        ("context: []", "1:1: context: unknown field \"context\"; did you mean \"contexts\"?"),
        ("contexts: {name: a}", "1:1: contexts: expected an array, found an object"),
        ("contexts:\n- control: 127.0.0.1:1", "2:3: contexts[0].name: is required"),
        ("contexts:\n- name: ''", "2:3: contexts[0].name: must not be empty"),
        ("contexts: [{name: a}, {name: b}, {name: a}]", "1:35: contexts[2].name: there are two contexts \"a\""),
        (
            "current-context: shpo\ncontexts: [{name: shop}]",
            "1:1: current-context: there is no context \"shpo\"; did you mean \"shop\"?"
        ),
        ("current-context: a", "1:1: current-context: there is no context \"a\"; contexts are listed under contexts:"),
        (
            "contexts:\n- name: a\n  target: [b:1]",
            "3:3: contexts[0].target: unknown field \"target\"; did you mean \"targets\"?"
        ),
        (
            "contexts:\n- name: a\n  control: cart",
            "3:3: contexts[0].control: \"cart\" is not an address; write one like 127.0.0.1:15010"
        ),
        (
            "contexts:\n- name: a\n  targets:\n  - cart:1\n  - ftp://cart",
            "5:5: contexts[0].targets[1]: \"ftp://cart\" is neither an address nor a URL"
        ),
        ("contexts:\n- name: a\n  targets: cart:1", "3:3: contexts[0].targets: expected an array, found a string"),
        ("contexts:\n- name: a\n  targetFiles: [3]", "3:17: contexts[0].targetFiles[0]: expected a string"),
        ("contexts:\n- name: a\n  targetServices: [a b]", "3:20: contexts[0].targetServices[0]: \"a b\" is not a name"),
        (
            "contexts:\n- name: a\n  kubernetes: {namespaces: [a b]}",
            "3:29: contexts[0].kubernetes.namespaces[0]: \"a b\" is not a namespace; write one like shop"
        ),
        ("contexts:\n- name: a\n  dnsServer: dns", "3:3: contexts[0].dnsServer: \"dns\" is not an address"),
        ("contexts:\n- name: a\n  interval: 5", "3:3: contexts[0].interval: expected a string, found a number"),
        ("contexts:\n- name: a\n  interval: 5x", "3:3: contexts[0].interval: \"5x\" is not a duration"),
        ("contexts:\n- name: a\n  interval: 10ms", "3:3: contexts[0].interval: must be between 100ms and 24h"),
        ("contexts:\n- name: a\n  window: 48h", "3:3: contexts[0].window: must be between 1s and 24h"),
        ("contexts:\n- name: a\n  history: {age: 7d}", "3:3: contexts[0].history.file: is required"),
        ("contexts:\n- name: a\n  history: ''", "3:3: contexts[0].history: expected a file like shop.history"),
        (
            "contexts:\n- name: a\n  history: {file: h, age: soon}",
            "3:22: contexts[0].history.age: expected an age like 12h, 7d or 4w"
        ),
        (
            "contexts:\n- name: a\n  history: {file: h, size: 3kB}",
            "3:22: contexts[0].history.size: expected a size of 1MB or more"
        ),
        ("contexts:\n- name: a\n  auth: {token: b}", "3:10: contexts[0].auth.token: unknown field \"token\""),
        ("contexts:\n- name: a\n  auth: {}", "3:3: contexts[0].auth: expected bearerToken, bearerTokenFile, or user"),
        ("contexts:\n- name: a\n  auth: {user: b}", "3:3: contexts[0].auth: a user needs password or passwordFile"),
        ("contexts:\n- name: a\n  auth: {password: b}", "3:3: contexts[0].auth: a password needs user"),
        (
            "contexts:\n- name: a\n  auth: {user: 'b:c', password: d}",
            "3:10: contexts[0].auth.user: a user's name has no colon"
        ),
        (
            "contexts:\n- name: a\n  auth: {bearerToken: b, user: c, password: d}",
            "3:3: contexts[0].auth: a token or a user and a password, not both"
        ),
        (
            "contexts:\n- name: a\n  auth: {bearerToken: b, bearerTokenFile: c}",
            "3:3: contexts[0].auth: only one of \"bearerToken\" and \"bearerTokenFile\" may be set"
        ),
        (
            "contexts:\n- name: a\n  tls: {cafile: b}",
            "3:9: contexts[0].tls.cafile: unknown field \"cafile\"; did you mean"
        ),
        ("contexts:\n- name: a\n  tls: {certFile: b}", "3:3: contexts[0].tls: certFile and keyFile belong together"),
        ("contexts:\n- name: a\n  tls: {insecure: 'no'}", "3:9: contexts[0].tls.insecure: expected true or false"),
        ("contexts:\n- name: a\n  tls: {insecure: true, caFile: b}", "3:3: contexts[0].tls: insecure believes anybody"),
        ("contexts:\n- name: a\n  name: b", "3:3: the key \"name\" is here twice; it is at 2:3 already"),
    ])
    func `a bad file says where and what would be right`(text: String, expected: String) {
        let found = message(text)
        #expect(found.hasPrefix("/etc/meshtop/c.yaml:\(expected)"), "\(found)")
    }

    @Test func `a context may name a Prometheus, with keys of its own`() throws {
        let config = try parse(
            """
            contexts:
            - name: shop
              auth: {user: ada, password: "s3cret"}
              prometheus:
                url: https://mimir.example/prometheus
                matchers: ['mesh_id="m"', 'cluster=~"a|b",zone!="c"']
                scrapeInterval: 30s
                headers: ["X-Scope-OrgID: shop"]
                auth: {bearerTokenFile: token}
                tls: {caFile: ca.pem}
            """)

        let prometheus = try #require(try config.context(named: nil, file: "c")?.prometheus)
        #expect(prometheus.url.description == "https://mimir.example:443/prometheus")
        #expect(prometheus.matchers.map(\.description) == ["mesh_id=\"m\"", "cluster=~\"a|b\"", "zone!=\"c\""])
        #expect(prometheus.scrapeInterval == .seconds(30))
        #expect(Array(prometheus.headers).map(\.name) == ["x-scope-orgid"])
        #expect(prometheus.access.credentials == .bearer(.file("/etc/meshtop/token")))
        #expect(prometheus.access.tls.authorityFile == "/etc/meshtop/ca.pem")
    }

    @Test(arguments: [
        ("{matchers: []}", "url"), ("{url: \"ftp://x\"}", "expected a URL"),
        ("{url: \"x:1\", matchers: [m]}", "expected a matcher like 'mesh_id=\"m\"'"),
        ("{url: \"x:1\", headers: [\"Host: y\"]}", "expected a header field"),
        ("{url: \"x:1\", scrapeInterval: 1ms}", "must be between 100ms and 24h"),
    ])
    func `a Prometheus that is not well named is refused at its place`(text: String, reason: String) {
        let message = message("contexts:\n- name: shop\n  prometheus: \(text)\n")

        #expect(message.hasPrefix("/etc/meshtop/c.yaml:3:"))
        #expect(message.contains(reason), "\(message)")
    }

    @Test func `a trace server has its own words, credentials and certificates`() throws {
        let config = try MeshtopConfig.parse(
            Array(
                """
                contexts:
                - name: shop
                  traces:
                    url: https://tempo.example/tempo
                    api: tempo
                    tenant: shop
                    headers: ["X-Team: mesh"]
                    timeout: 3s
                    auth: {user: me, passwordFile: tempo.password}
                    tls: {caFile: tempo.pem}
                - name: other
                  traces: http://127.0.0.1:16686/jaeger
                """.utf8), file: "/etc/meshtop/config.yaml")

        let traces = try #require(config.contexts[0].traces)
        #expect(traces.url.description == "https://tempo.example:443/tempo")
        #expect(traces.api == .tempo)
        #expect(traces.headers["x-scope-orgid"] == "shop")
        #expect(traces.headers["x-team"] == "mesh")
        #expect(traces.deadline == .seconds(3))
        #expect(traces.access.credentials == .basic(user: "me", password: .file("/etc/meshtop/tempo.password")))
        #expect(traces.access.tls.authorityFile == "/etc/meshtop/tempo.pem")
        #expect(config.contexts[1].traces?.url.path == "/jaeger")
        #expect(config.contexts[1].traces?.api == nil)
    }

    @Test(arguments: [
        ("7", "found a number"), ("ftp://x", "neither an address nor a URL"), ("{api: tempo}", "url"),
        ("{url: \"x:1\", api: tempoo}", "expected one of jaeger, jaeger-v3, tempo, zipkin"),
        ("{url: \"x:1\", tenant: \"\"}", "a tenant is one line of ASCII"),
        ("{url: \"x:1\", timeout: 1ms}", "must be between 100ms and 24h"),
    ])
    func `a trace server that cannot be used says where and why`(text: String, words: String) {
        let failure = #expect(throws: MeshtopConfig.Failure.self) {
            try MeshtopConfig.parse(Array("contexts:\n- name: a\n  traces: \(text)\n".utf8), file: "c.yaml")
        }
        #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
    }
}
