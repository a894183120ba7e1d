import MeshModel
import SystemIO
import Testing

@testable import Collector

@Suite struct TargetListTests {
    private func parse(_ text: String, _ syntax: TargetList.Syntax = .yaml) throws -> [TargetEntry] {
        try TargetList.parse(Array(text.utf8), name: "t.\(syntax)", syntax: syntax)
    }

    @Test(arguments: [
        ("", "t.json:1:1: "),
        ("[", "t.json:1:2: "),
        ("{}", "t.json:1:1: expected an array, found an object"),
        ("[1]", "t.json:1:2: [0]: expected an object, found a number"),
        ("[{}]", "t.json:1:2: [0].targets: is required"),
        ("[{\"targets\":{}}]", "t.json:1:3: [0].targets: expected an array, found an object"),
        (
            "[{\"targets\":[\"nowhere:x\"]}]",
            "t.json:1:14: [0].targets[0]: \"nowhere:x\" is not an address; write one like 127.0.1.7:15090"
        ),
        ("[{\"targets\":[7]}]", "t.json:1:14: [0].targets[0]: expected a string, found a number"),
        ("[\n {\"target\":[]}]", "t.json:2:3: [0].target: unknown field \"target\"; did you mean \"targets\"?"),
        (
            "[{\"targets\":[],\"labels\":{\"version\":1.10}}]",
            "t.json:1:26: [0].labels.version: a label is a text; put the number in quotes"
        ),
        ("[{\"targets\":[],\"labels\":{\"a\":[]}}]", "a label is a text, found an array"),
        ("[{\"targets\":[],\"labels\":[]}]", "[0].labels: expected an object, found an array"),
        (
            "[{\"targets\":[],\"labels\":{\"__scheme__\":\"ftp\"}}]",
            "the scheme \"ftp\" is not known; write http or https"
        ),
        ("[{\"targets\":[],\"labels\":{\"__metrics_path__\":\"bad path\"}}]", "a path begins with / and has no blanks"),
        ("[{\"targets\":[],\"labels\":{\"__metrics_path__\":\"metrics\"}}]", "a path begins with /"),
        ("[{\"targets\":[],\"labels\":{\"__scrape_interval__\":\"often\"}}]", "\"often\" is not a duration"),
        ("[{\"targets\":[],\"labels\":{\"__scrape_interval__\":\"1ms\"}}]", "must be between 100ms and 24h"),
    ])
    func `JSON that cannot be read says where and what would be right`(text: String, message: String) {
        #expect { try parse(text, .json) } throws: { error in
            (error as? TargetList.Failure)?.description.contains(message) ?? false
        }
    }

    @Test(arguments: [
        ("", "t.yaml:1:1: the file is empty; write [] for no targets"),
        ("# nothing yet\n", "t.yaml:1:1: the file is empty"),
        ("[]\n---\n[]\n", "t.yaml:1:1: expected one document only"),
        ("- targets: [a\n", "t.yaml:2:1: "),
        ("- targets:\n  - cart:9090\n  lables:\n    app: cart\n", "t.yaml:3:3: [0].lables: unknown field"),
        ("- targets:\n  - cart:9090\n  - cart 9091\n", "t.yaml:3:5: [0].targets[1]: \"cart 9091\" is not an address"),
    ])
    func `YAML that cannot be read says where`(text: String, message: String) {
        #expect { try parse(text) } throws: { error in
            (error as? TargetList.Failure)?.description.contains(message) ?? false
        }
    }

    @Test func `a list names targets, who runs there and how they are asked`() throws {
        let list = try parse(
            """
            - targets: ["127.0.1.7:15090", "[::1]:1"]
              labels: {namespace: payments, workload: payment-v1, team: 7}
            - targets: [cart.shop.example:9090]
              labels:
                __scheme__: https
                __metrics_path__: /stats/prometheus?usedonly
                __scrape_interval__: 15s
                __scrape_timeout__: 1m30s
                __param_filter: a b
                __meta_anything: is not kept
                app: cart
            - targets: []
            - targets: [somewhere:80]
              labels: {__address__: "elsewhere:81"}
            """)

        #expect(
            list.map(\.url.host.description) == [
                "127.0.1.7:15090", "[::1]:1", "cart.shop.example:9090", "elsewhere:81",
            ])
        #expect(list[0].labels.identity?.app == "payment-v1")
        #expect(list[0].labels["team"] == "7")
        #expect(list[0].url.path == nil)
        #expect(list[0].usualPaths == ["/metrics", "/stats/prometheus"])
        #expect(list[2].url.description == "https://cart.shop.example:9090/stats/prometheus?usedonly&filter=a%20b")
        #expect(list[2].interval == .seconds(15))
        #expect(list[2].timeout == .seconds(90))
        #expect(list[2].labels.sorted.map(\.name) == ["app"])
        #expect(list[3].labels.identity == nil)
    }

    @Test func `JSON and YAML say the same`() throws {
        let text = #"[{"targets": ["127.0.1.7:15090"], "labels": {"app": "cart", "__scheme__": "https"}}]"#
        #expect(try parse(text, .json) == parse(text, .yaml))
        #expect(TargetList.Syntax(file: "/etc/a.JSON") == .json)
        #expect(TargetList.Syntax(file: "targets.yml") == .yaml)
    }

    // MARK: Labels

    @Test(
        arguments: [
            (
                ["namespace": "shop", "workload": "cart-v1", "app": "cart", "version": "v1"],
                "shop/cart-v1 cart v1 Kubernetes"
            ),
            (["app": "cart", "version": "v2", "cluster": "east"], "default/cart-v2 cart v2 east"),
            (["service": "cart"], "default/cart cart latest Kubernetes"),
            (["deployment": "cart-v1", "kubernetes_namespace": "shop"], "shop/cart-v1 cart-v1 latest Kubernetes"),
            (
                ["app_kubernetes_io_name": "cart", "app_kubernetes_io_version": "1.2"],
                "default/cart-1.2 cart 1.2 Kubernetes"
            ),
            (["namespace": "shop"], nil), (["app": ""], nil), ([:], nil), (["__app": "cart"], nil),
        ] as [([String: String], String?)])
    func `labels tell who runs there when they tell enough`(labels: [String: String], identity: String?) {
        let found = TargetLabels(labels).identity
        #expect(found.map { "\($0.namespace)/\($0.workload) \($0.app) \($0.version) \($0.cluster)" } == identity)
    }

    @Test func `a principal is a SPIFFE identity or nothing`() {
        let uri = "spiffe://cluster.local/ns/shop/sa/cart"
        #expect(TargetLabels(["app": "cart", "principal": uri]).identity?.principal?.description == uri)
        #expect(TargetLabels(["app": "cart", "principal": "cart"]).identity?.principal == nil)
    }

    // MARK: Addresses

    @Test(arguments: [
        ("127.0.1.7:15090", "http://127.0.1.7:15090"), ("[::1]:80", "http://[::1]:80"),
        ("cart.shop:9090", "http://cart.shop:9090"), ("http://cart", "http://cart:80"),
        ("https://cart/", "https://cart:443"), ("https://[::1]/a?b=c", "https://[::1]:443/a?b=c"),
        ("HTTPS://Cart.Shop:1/a", "https://Cart.Shop:1/a"), ("cart:9090/metrics", "http://cart:9090/metrics"),
        ("a_b-c.d:1", "http://a_b-c.d:1"),
    ])
    func `a target may be an address, a name or a URL`(text: String, url: String) {
        #expect(TargetURL(text)?.description == url)
    }

    @Test(arguments: [
        "", ":", "cart", ":80", "cart:", "cart:0", "cart:65536", "cart:x", "cart:+1", "1.2.3:80", "1.2.3.4.5:80",
        "::1:80",
        "[::1]", "[cart]:80", "ftp://cart:80", "http://", "http:///a", "http://user:secret@cart:80/", "cart:80/a b",
        "cart:80/#top", "cart..shop:80", "cärt:80", "cart :80", "cart:80\r\n", "http://cart:80/\u{7F}",
    ])
    func `anything else is not a target`(text: String) {
        #expect(TargetURL(text) == nil)
    }

    // MARK: Several lists

    private func entry(_ url: String, _ labels: [String: String] = [:]) throws -> TargetEntry {
        TargetEntry(url: try #require(TargetURL(url)), labels: TargetLabels(labels))
    }

    @Test func `lists of several sources are one list, and complete each other`() throws {
        var union = TargetUnion(sources: 3)
        union.set([try entry("127.0.0.1:1"), try entry("127.0.0.1:3")], of: 0)
        union.set([try entry("127.0.0.1:1/stats", ["app": "cart"]), try entry("127.0.0.1:2/m")], of: 1)
        let changes = union.set([try entry("127.0.0.1:2/m", ["app": "order"]), try entry("127.0.0.1:1/m")], of: 2)

        #expect(changes)
        #expect(
            union.entries.map { "\($0.url.description) \($0.labels["app"] ?? "-")" } == [
                "http://127.0.0.1:1/stats cart", "http://127.0.0.1:2/m order", "http://127.0.0.1:1/m -",
                "http://127.0.0.1:3 -",
            ])
        #expect(!union.set([try entry("127.0.0.1:2/m", ["app": "order"]), try entry("127.0.0.1:1/m")], of: 2))
    }

    @Test func `one empty list is not believed, three are`() throws {
        var rule = EmptyListRule()
        let list = [try entry("127.0.0.1:1")]
        #expect(
            [[], [], list, [], [], [], []].map { rule.believes($0) } == [false, false, true, false, false, true, true])
    }
}
