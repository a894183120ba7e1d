import Collector
import MeshModel
import Testing

/// Kiali's rules one by one: what makes a node, an edge, a number.
///
/// The numbers in the names are those of our notes on Kiali: 1.1 boxes, 1.3 health, 2.2 samples, 2.3 identity, 2.4 edges
/// and totals, 2.5 decorators, 2.6 numbers, 2.7 special cases.
@Suite struct KialiRulesTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var rule: String
        var telemetry: String
        var view = GraphView()
        var inventory = MeshInventory.none
        var edges: [String]?
        /// Lines of ``MeshSnapshot/words`` that must be there.
        var words: [String] = []

        var testDescription: String { rule }
    }

    private static let workload = GraphView(grouping: .workload)
    private static let app = GraphView(grouping: .app)
    private static let service = GraphView(grouping: .service)
    private static let injected = GraphView(injectsServices: true)
    private static let kiali = GraphView(showsIdle: false, counting: .kiali)

    private static func shown(_ node: String, _ grouping: GraphGrouping = .versionedApp) -> GraphView {
        GraphView(grouping: grouping, node: MeshNode.ID(node))
    }

    private static func boxed(_ kinds: Set<MeshBox.Kind>) -> GraphView { GraphView(boxes: kinds) }

    private static func workload(
        _ name: String, _ app: String, pods: Int? = 1, hasProxy: Bool? = true, labels: [String: String] = [:]
    ) -> MeshInventory.Workload {
        MeshInventory.Workload(
            WorkloadIdentity(namespace: "shop", workload: name, app: app, version: "v1"), pods: pods,
            hasProxy: hasProxy, labels: labels)
    }

    private static let webToCart = "app/shop/web/v1 > app/shop/cart/v1 http 10.0/s"

    static let samples = [
        Case(
            rule: "2.2.1 a request without response_flags is dropped",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop response_flags= x100", edges: []),
        Case(
            rule: "2.2.1 a request without response_code is dropped",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop response_code= x100", edges: []),
        Case(
            rule: "2.2.1 a request without request_protocol is dropped",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop request_protocol= x100", edges: []),
        Case(
            rule: "2.2.1 TCP needs no code and no protocol",
            telemetry: "destination web/v1@shop -> db/v1@shop db.shop tcp request_protocol= x5000",
            edges: ["app/shop/web/v1 > app/shop/db/v1 tcp 1.0 kB/s"]),
        Case(
            rule: "2.2.1 messages need no flags",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop messages response_flags= x100",
            edges: ["app/shop/web/v1 > app/shop/cart/v1 grpc 0/s"],
            words: ["app/shop/web/v1 > app/shop/cart/v1 grpc messages 10 5"]),
        Case(
            rule: "2.2.2 a cluster that nobody names is the own one",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop source_cluster= destination_cluster= x50
                destination web/v1@shop -> cart/v1@shop cart.shop x50
                """, edges: [webToCart]),
        Case(
            rule: "2.2.3 a source with a namespace and nobody in it is dropped",
            telemetry:
                "destination unknown -> cart/v1@shop cart.shop source_workload_namespace=shop source_cluster=k x100",
            edges: []),
        Case(
            rule: "2.2.3 a source whose cluster says it is unknown is dropped",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop source_cluster=unknown x100", edges: []),
        Case(
            rule: "2.2.4 an egress gateway that does not name itself",
            telemetry: "source web/v1@shop -> unknown istio-egressgateway.istio-system.svc.cluster.local x100",
            edges: ["app/shop/web/v1 > app/istio-system/istio-egressgateway/latest http 10.0/s"],
            words: [
                "app/istio-system/istio-egressgateway/latest marks isEgressGateway",
                "app/istio-system/istio-egressgateway/latest cluster Kubernetes",
            ]),
        Case(
            rule: "2.2.4 a destination without a cluster is in its source's",
            telemetry: """
                source web/v1@shop -> cart/v1@shop cart.shop source_cluster=east destination_cluster=unknown x100
                """, edges: ["app/shop/web/v1@east > app/shop/cart/v1@east http 10.0/s"]),
        Case(
            rule: "2.2.5 a bare address with nobody behind it is dropped",
            telemetry: "source web/v1@shop -> unknown 10.1.2.3 x100", edges: []),
        Case(
            rule: "2.2.5 with a port too", telemetry: "source web/v1@shop -> unknown 10.1.2.3:9090 x100", edges: []),
        Case(
            rule: "2.2.5 but not when somebody is known behind it",
            telemetry: "destination web/v1@shop -> cart/v1@shop 10.1.2.3 x100", edges: [webToCart]),
        Case(
            rule: "2.2.5 a service in a cluster that says it is unknown is dropped",
            telemetry: """
                destination unknown -> cart/v1@shop cart.shop destination_cluster=unknown x100
                """, edges: []),
        Case(
            rule: "2.2.6 the protocol is the label's for requests",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop grpc:0 x100",
            edges: ["app/shop/web/v1 > app/shop/cart/v1 grpc 10.0/s"]),
        Case(
            rule: "2.2.6 messages are grpc and add no request",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop grpc:0 x100
                destination web/v1@shop -> cart/v1@shop cart.shop messages x400
                """,
            edges: ["app/shop/web/v1 > app/shop/cart/v1 grpc 10.0/s"],
            words: ["app/shop/web/v1 > app/shop/cart/v1 grpc messages 40 20"]),
        Case(
            rule: "2.2.7 code 0 is a dash", telemetry: "source web/v1@shop -> cart/v1@shop cart.shop 0 UC x100",
            words: [
                "app/shop/web/v1 > app/shop/cart/v1 http response - UC cart.shop.svc.cluster.local 10.0",
                "app/shop/web/v1 > app/shop/cart/v1 http errors 100 %",
            ]),
        Case(
            rule: "2.2.7 gRPC's status takes the code's place",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop 200 grpc:14 x100",
            words: ["app/shop/web/v1 > app/shop/cart/v1 grpc code 14 10.0"]),
        Case(
            rule: "2.2.7 but not where HTTP failed under it",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop 503 grpc:14 x100",
            words: ["app/shop/web/v1 > app/shop/cart/v1 grpc code 503 10.0"]),
        Case(
            rule: "2.2.8 a service is put between", telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x100",
            view: injected,
            edges: [
                "app/shop/web/v1 > service/shop/cart http 10.0/s", "service/shop/cart > app/shop/cart/v1 http 10.0/s",
            ],
            words: ["service/shop/cart marks isInjected", "service/shop/cart kind service"]),
        Case(
            rule: "2.2.8 once for all versions",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination web/v1@shop -> cart/v2@shop cart.shop x10
                """, view: injected,
            edges: [
                "app/shop/web/v1 > service/shop/cart http 10.0/s", "service/shop/cart > app/shop/cart/v1 http 9.0/s",
                "service/shop/cart > app/shop/cart/v2 http 1.0/s",
            ]),
        Case(
            rule: "2.2.8 not where the service is not known",
            telemetry: "destination web/v1@shop -> cart/v1@shop unknown x100", view: injected, edges: [webToCart]),
        Case(
            rule: "2.2.8 not before PassthroughCluster",
            telemetry: "destination web/v1@shop -> cart/v1@shop PassthroughCluster x100", view: injected,
            edges: [webToCart]),
        Case(
            rule: "2.2.8 not before a service", telemetry: "source web/v1@shop -> unknown cart.shop x100",
            view: injected, edges: ["app/shop/web/v1 > service/shop/cart http 10.0/s"]),
        Case(
            rule: "2.2.8 not before or behind a waypoint",
            telemetry: """
                source web/v1@shop -> way/v1@shop cart.shop x100
                destination way/v1@shop -> cart/v1@shop cart.shop x100
                """, view: injected,
            inventory: MeshInventory(workloads: [
                workload("way-v1", "way", labels: ["gateway.networking.k8s.io/gateway-class-name": "istio-waypoint"])
            ]),
            edges: [
                "app/shop/web/v1 > workload/shop/way-v1 http 10.0/s",
                "workload/shop/way-v1 > app/shop/cart/v1 http 10.0/s",
            ]),
        Case(
            rule: "2.2.9 a waypoint is known by its configuration and stays a workload",
            telemetry: "source web/v1@shop -> way/v1@shop cart.shop x100",
            inventory: MeshInventory(workloads: [
                workload("way-v1", "way", labels: ["gateway.networking.k8s.io/gateway-class-name": "istio-waypoint"])
            ]),
            edges: ["app/shop/web/v1 > workload/shop/way-v1 http 10.0/s"],
            words: ["workload/shop/way-v1 marks isWaypoint"]),
    ]

    static let identities = [
        Case(
            rule: "2.3 nobody known at the source is the unknown node",
            telemetry: "destination unknown -> cart/v1@shop cart.shop x100",
            edges: ["unknown > app/shop/cart/v1 http 10.0/s"],
            words: ["unknown kind unknown", "unknown marks isRoot isInaccessible"]),
        Case(
            rule: "2.3 one unknown node in each cluster",
            telemetry: """
                destination unknown -> cart/v1@shop cart.shop x100
                destination unknown -> cart/v1@shop cart.shop source_cluster=east x100
                """,
            edges: ["unknown > app/shop/cart/v1 http 10.0/s", "unknown@east > app/shop/cart/v1 http 10.0/s"]),
        Case(
            rule: "2.3 nobody known at the destination, nor its service, in a namespace: one there",
            telemetry: "source web/v1@shop -> unknown unknown destination_service_namespace=shop x100",
            edges: ["app/shop/web/v1 > service/shop/unknown http 10.0/s"],
            words: ["service/shop/unknown kind service"]),
        Case(
            rule: "2.3 and nowhere at all: one", telemetry: "source web/v1@shop -> unknown unknown x100",
            edges: ["app/shop/web/v1 > unknown-service http 10.0/s"],
            words: ["unknown-service kind service", "unknown-service marks isInaccessible"]),
        Case(
            rule: "2.3 workload graph: a workload that is not known is its service",
            telemetry: "source web/v1@shop -> cart/v1@shop cart.shop destination_workload=unknown x100",
            view: workload, edges: ["workload/shop/web-v1 > service/shop/cart http 10.0/s"]),
        Case(
            rule: "2.3 workload graph: workloads by name, not by app",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x50
                destination web/v1@shop -> cart/v1@shop cart.shop destination_canonical_service=basket x50
                """, view: workload, edges: ["workload/shop/web-v1 > workload/shop/cart-v1 http 10.0/s"]),
        Case(
            rule: "2.3 versioned apps are told apart by workload",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination web/v1@shop -> cart/v1@shop cart.shop destination_workload=cart-v1-spare x10
                """,
            edges: [
                "app/shop/web/v1 > app/shop/cart/v1/cart-v1 http 9.0/s",
                "app/shop/web/v1 > app/shop/cart/v1/cart-v1-spare http 1.0/s",
            ]),
        Case(
            rule: "2.3 a versioned app without a workload is told by its version",
            telemetry: "source web/v1@shop -> cart/v2@shop cart.shop destination_workload=unknown x100",
            edges: ["app/shop/web/v1 > app/shop/cart/v2 http 10.0/s"]),
        Case(
            rule: "2.3 an app without workload and version is the app",
            telemetry: """
                source web/v1@shop -> cart/v2@shop cart.shop destination_workload=unknown destination_canonical_revision=latest x100
                """, edges: ["app/shop/web/v1 > app/shop/cart/latest http 10.0/s"]),
        Case(
            rule: "2.3 app graph: versions are one, and have no workload",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x50
                destination web/v1@shop -> cart/v2@shop cart.shop x50
                """, view: app, edges: ["app/shop/web > app/shop/cart http 10.0/s"],
            words: ["app/shop/cart kind app", "app/shop/cart workload –"]),
        Case(
            rule: "2.3 without an app, the workload",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop destination_canonical_service=unknown x100",
            edges: ["app/shop/web/v1 > workload/shop/cart-v1 http 10.0/s"]),
        Case(
            rule: "2.3 clusters are apart",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x50
                destination web/v1@shop -> cart/v1@shop cart.shop destination_cluster=east x50
                """,
            edges: [
                "app/shop/web/v1 > app/shop/cart/v1 http 5.0/s", "app/shop/web/v1 > app/shop/cart/v1@east http 5.0/s",
            ], words: ["app/shop/cart/v1@east cluster east"]),
        Case(
            rule: "2.3 passthrough is an egress cluster, of all hosts",
            telemetry: """
                source web/v1@shop -> unknown www.a.example destination_service_name=PassthroughCluster x50
                source web/v1@shop -> unknown www.b.example destination_service_name=PassthroughCluster x50
                """,
            edges: ["app/shop/web/v1 > external/PassthroughCluster http 10.0/s"],
            words: [
                "external/PassthroughCluster marks isInaccessible isEgressCluster",
                "external/PassthroughCluster hosts www.a.example,www.b.example",
                "app/shop/web/v1 > external/PassthroughCluster http response 200 - www.a.example 5.0",
            ]),
        Case(
            rule: "2.3 the black hole is one too",
            telemetry: "source web/v1@shop -> unknown BlackHoleCluster 502 x100",
            words: ["external/BlackHoleCluster marks isInaccessible isEgressCluster"]),
    ]

    static let edgeRules = [
        Case(
            rule: "2.4 an edge has one protocol",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                destination web/v1@shop -> cart/v1@shop cart.shop grpc:0 x100
                destination web/v1@shop -> cart/v1@shop cart.shop tcp x5000
                """,
            edges: [
                "app/shop/web/v1 > app/shop/cart/v1 grpc 10.0/s", "app/shop/web/v1 > app/shop/cart/v1 http 10.0/s",
                "app/shop/web/v1 > app/shop/cart/v1 tcp 1.0 kB/s",
            ]),
        Case(
            rule: "2.4 Kiali's dedup: of one code the destination's word",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop x120
                """, view: kiali, edges: [webToCart], words: [webToCart.dropRate + "reporter destination"]),
        Case(
            rule: "2.4 Kiali's dedup: what only the source has is added",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop 503 UF x20
                """, view: kiali, edges: ["app/shop/web/v1 > app/shop/cart/v1 http 12.0/s"]),
        Case(
            rule: "2.4 Kiali's dedup: two views of one request count twice",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop 0 DC x100
                source web/v1@shop -> cart/v1@shop cart.shop 504 UT x100
                """, view: kiali, edges: ["app/shop/web/v1 > app/shop/cart/v1 http 20.0/s"],
            words: [webToCart.dropRate + "errors 100 %"]),
        Case(
            rule: "2.4 where we count it once",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop 0 DC x100
                source web/v1@shop -> cart/v1@shop cart.shop 504 UT x100
                """, edges: [webToCart]),
        Case(
            rule: "2.4 Kiali's dedup: flags make another fingerprint",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop 503 x100
                source web/v1@shop -> cart/v1@shop cart.shop 503 UF x100
                """, view: kiali, edges: ["app/shop/web/v1 > app/shop/cart/v1 http 20.0/s"]),
        Case(
            rule: "2.4 Kiali's merge: an edge between namespaces is the source's",
            telemetry: """
                destination web/v1@shop -> pay/v1@money pay.money x100
                source web/v1@shop -> pay/v1@money pay.money x120
                """, view: kiali, edges: ["app/shop/web/v1 > app/money/pay/v1 http 12.0/s"]),
        Case(
            rule: "2.4 Kiali's merge: seen from the destination's namespace alone it is the destination's",
            telemetry: """
                destination web/v1@shop -> pay/v1@money pay.money x100
                source web/v1@shop -> pay/v1@money pay.money x120
                """, view: GraphView(showsIdle: false, namespaces: ["money"], counting: .kiali),
            edges: ["app/shop/web/v1 > app/money/pay/v1 http 10.0/s"], words: ["app/shop/web/v1 marks isRoot isOutside"]
        ),
        Case(
            rule: "2.4 with a service between, each hop is its own namespace's",
            telemetry: """
                destination web/v1@shop -> pay/v1@money pay.money x100
                source web/v1@shop -> pay/v1@money pay.money x120
                """, view: GraphView(injectsServices: true, showsIdle: false, counting: .kiali),
            edges: [
                "app/shop/web/v1 > service/money/pay http 12.0/s", "service/money/pay > app/money/pay/v1 http 10.0/s",
            ]),
        Case(
            rule: "2.4 totals: out and in add up",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                destination web/v1@shop -> pay/v1@shop pay.shop x50
                destination app/v1@shop -> pay/v1@shop pay.shop x50
                """, words: ["app/shop/web/v1 out 15.0", "app/shop/pay/v1 in 10.0"]),
        Case(
            rule: "2.4 responses by code, flags and host",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x80
                destination web/v1@shop -> cart/v1@shop basket.shop x10
                destination web/v1@shop -> cart/v1@shop cart.shop 503 UF,URX x10
                """,
            words: [
                webToCart.dropRate + "response 200 - cart.shop.svc.cluster.local 8.0",
                webToCart.dropRate + "response 200 - basket.shop.svc.cluster.local 1.0",
                webToCart.dropRate + "response 503 UF,URX cart.shop.svc.cluster.local 1.0",
            ]),
        Case(
            rule: "2.4 hosts are told by the node",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x10
                destination web/v1@shop -> cart/v1@shop basket.shop x10
                """, words: ["app/shop/cart/v1 hosts basket.shop.svc.cluster.local,cart.shop.svc.cluster.local"]),
        Case(
            rule: "2.4 service graph: who calls and is not called stays",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                destination cart/v1@shop -> pay/v1@shop pay.shop x40
                """, view: service,
            edges: [
                "service/shop/cart > service/shop/pay http 4.0/s",
                "workload/shop/web-v1 > service/shop/cart http 10.0/s",
            ], words: ["service/shop/cart out 4.0", "service/shop/cart in 10.0"]),
        Case(
            rule: "2.4 service graph: workloads of one service add up, codes too",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x50
                destination web/v1@shop -> cart/v2@shop cart.shop x50
                destination cart/v1@shop -> pay/v1@shop pay.shop x30
                destination cart/v2@shop -> pay/v1@shop pay.shop 503 x10
                """, view: service,
            edges: [
                "service/shop/cart > service/shop/pay http 4.0/s",
                "workload/shop/web-v1 > service/shop/cart http 10.0/s",
            ], words: ["service/shop/cart > service/shop/pay http code 503 1.0"]),
        Case(
            rule: "2.4 service graph: a workload behind two services sends for both",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x50
                destination web/v1@shop -> cart/v1@shop basket.shop x50
                destination cart/v1@shop -> pay/v1@shop pay.shop x40
                """, view: service,
            edges: [
                "service/shop/basket > service/shop/pay http 4.0/s", "service/shop/cart > service/shop/pay http 4.0/s",
                "workload/shop/web-v1 > service/shop/basket http 5.0/s",
                "workload/shop/web-v1 > service/shop/cart http 5.0/s",
            ], words: ["service/shop/pay in 4.0"]),
        Case(
            rule: "2.4 service graph, Kiali's: a called workload without a service is dropped",
            telemetry: """
                destination web/v1@shop -> job/v1@shop unknown x50
                destination job/v1@shop -> pay/v1@shop pay.shop x40
                """, view: GraphView(grouping: .service, showsIdle: false, counting: .kiali), edges: []),
        Case(
            rule: "2.4 service graph: ours keeps what it sends",
            telemetry: """
                destination web/v1@shop -> job/v1@shop unknown x50
                destination job/v1@shop -> pay/v1@shop pay.shop x40
                """, view: service, edges: ["workload/shop/job-v1 > service/shop/pay http 4.0/s"]),
        Case(
            rule: "2.4 service graph: latency on every edge, beyond Kiali",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                destination cart/v1@shop -> pay/v1@shop pay.shop x40
                """, view: service, words: ["service/shop/cart > service/shop/pay http p95 48.75"]),
        Case(
            rule: "2.4 root has out-edges and no in-edges",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x100",
            words: ["app/shop/web/v1 marks isRoot", "app/shop/cart/v1 marks "]),
        Case(
            rule: "2.4 outside is a namespace that was not asked for",
            telemetry: """
                destination web/v1@shop -> pay/v1@money pay.money x100
                destination job/v1@night -> mail/v1@post mail.post x100
                """, view: GraphView(namespaces: ["shop"]), edges: ["app/shop/web/v1 > app/money/pay/v1 http 10.0/s"],
            words: ["app/money/pay/v1 marks isOutside"]),
    ]

    static let decorators = [
        Case(
            rule: "2.5 hosts of a service entry are one node",
            telemetry: """
                source web/v1@shop -> unknown a.bank.example x50
                source web/v1@shop -> unknown b.bank.example 503 x50
                source web/v1@shop -> unknown www.shop.example x10
                """,
            inventory: MeshInventory(serviceEntries: [
                .init(namespace: "money", name: "bank", hosts: ["*.bank.example"])
            ]),
            edges: [
                "app/shop/web/v1 > external/money/bank http 10.0/s",
                "app/shop/web/v1 > external/www.shop.example http 1.0/s",
            ],
            words: [
                "external/money/bank marks isServiceEntry", "external/money/bank hosts a.bank.example,b.bank.example",
                "app/shop/web/v1 > external/money/bank http code 503 5.0",
            ]),
        Case(
            rule: "2.5 an exact host before a wildcard",
            telemetry: "source web/v1@shop -> unknown a.bank.example x100",
            inventory: MeshInventory(serviceEntries: [
                .init(namespace: "money", name: "any", hosts: ["*.bank.example"]),
                .init(namespace: "money", name: "one", hosts: ["a.bank.example"]),
            ]), edges: ["app/shop/web/v1 > external/money/one http 10.0/s"]),
        Case(
            rule: "2.5 a service entry that is exported elsewhere is none here",
            telemetry: "source web/v1@shop -> unknown bank.example x100",
            inventory: MeshInventory(serviceEntries: [
                .init(namespace: "money", name: "bank", hosts: ["bank.example"], exportTo: ["."])
            ]), edges: ["app/shop/web/v1 > external/bank.example http 10.0/s"]),
        Case(
            rule: "2.5 operations stand between",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop request_operation=List x60
                destination web/v1@shop -> cart/v1@shop cart.shop request_operation=Add x40
                source web/v1@shop -> cart/v1@shop cart.shop x100
                """, view: GraphView(showsOperations: true),
            edges: [
                "app/shop/web/v1 > operation/shop/cart/Add http 4.0/s",
                "app/shop/web/v1 > operation/shop/cart/List http 6.0/s",
                "operation/shop/cart/Add > app/shop/cart/v1 http 4.0/s",
                "operation/shop/cart/List > app/shop/cart/v1 http 6.0/s",
            ],
            words: [
                "operation/shop/cart/Add kind operation", "operation/shop/cart/Add title Add",
                "operation/shop/cart/Add > app/shop/cart/v1 http p95 48.75",
            ]),
        Case(
            rule: "2.5 requests without an operation keep their edge, beyond Kiali",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop request_operation=List x60
                destination web/v1@shop -> cart/v1@shop cart.shop x40
                """, view: GraphView(showsOperations: true),
            edges: [
                "app/shop/web/v1 > app/shop/cart/v1 http 4.0/s",
                "app/shop/web/v1 > operation/shop/cart/List http 6.0/s",
                "operation/shop/cart/List > app/shop/cart/v1 http 6.0/s",
            ]),
        Case(
            rule: "2.5 operations are one when nobody asks for them",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop request_operation=List x60
                destination web/v1@shop -> cart/v1@shop cart.shop request_operation=Add x40
                """, edges: [webToCart]),
        Case(
            rule: "2.5 with services, operations stand before them",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop request_operation=List x100",
            view: GraphView(injectsServices: true, showsOperations: true),
            edges: [
                "app/shop/web/v1 > operation/shop/cart/List http 10.0/s",
                "operation/shop/cart/List > service/shop/cart http 10.0/s",
                "service/shop/cart > app/shop/cart/v1 http 10.0/s",
            ]),
        Case(
            rule: "2.5 idle: what nobody ever called has a node",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x100",
            view: GraphView(showsIdleNodes: true),
            inventory: MeshInventory(workloads: [workload("cart-v1", "cart"), workload("night-v1", "night")]),
            edges: [webToCart], words: ["app/shop/night/v1 marks isIdle", "app/shop/cart/v1 marks "]),
        Case(
            rule: "2.5 idle: services in a graph that has them",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x100",
            view: GraphView(grouping: .service, showsIdleNodes: true),
            inventory: MeshInventory(services: [ServiceName(namespace: "shop", name: "night")]),
            words: ["service/shop/night marks isIdle"]),
        Case(
            rule: "2.5 dead: a workload without a pod",
            telemetry: "source web/v1@shop -> cart/v1@shop cart.shop 503 UF x100",
            inventory: MeshInventory(workloads: [workload("cart-v1", "cart", pods: 0)]),
            words: ["app/shop/cart/v1 marks isDead"]),
        Case(
            rule: "2.5 missing sidecar",
            telemetry: "source web/v1@shop -> cart/v1@shop cart.shop x100",
            inventory: MeshInventory(workloads: [workload("cart-v1", "cart", hasProxy: false)]),
            words: ["app/shop/cart/v1 marks isOutOfMesh"]),
        Case(
            rule: "2.5 missing sidecar: a gateway needs none",
            telemetry: "source web/v1@shop -> gate/v1@shop gate.shop x100",
            inventory: MeshInventory(workloads: [
                workload("gate-v1", "gate", hasProxy: false, labels: ["istio": "ingressgateway"])
            ]), words: ["app/shop/gate/v1 marks isIngressGateway"]),
        Case(
            rule: "2.5 response time comes with the service's hop too, beyond Kiali",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x100", view: injected,
            words: [
                "app/shop/web/v1 > service/shop/cart http p95 48.75",
                "service/shop/cart > app/shop/cart/v1 http p95 48.75",
            ]),
        Case(
            rule: "2.5 throughput in both directions",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x100",
            words: [webToCart.dropRate + "bytes 1000 9000"]),
        Case(
            rule: "2.1 TCP's names are from the other end",
            telemetry: "destination web/v1@shop -> db/v1@shop db.shop tcp x5000",
            words: ["app/shop/web/v1 > app/shop/db/v1 tcp bytes 500 500"]),
        Case(
            rule: "2.5 mutual TLS as a share, by any number of identities",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop tls source_principal=spiffe://a x50
                destination web/v1@shop -> cart/v1@shop cart.shop tls source_principal=spiffe://b destination_principal=spiffe://c x25
                destination web/v1@shop -> cart/v1@shop cart.shop x25
                """,
            words: [
                webToCart.dropRate + "mtls 75 %", webToCart.dropRate + "principals spiffe://a,spiffe://b spiffe://c",
            ]),
        Case(
            rule: "2.5 an edge of a waypoint that nobody vouches for is secure",
            telemetry: "source web/v1@shop -> way/v1@shop cart.shop x100",
            inventory: MeshInventory(workloads: [
                workload("way-v1", "way", labels: ["gateway.networking.k8s.io/gateway-class-name": "istio-waypoint"])
            ]), words: ["app/shop/web/v1 > workload/shop/way-v1 http mtls 100 %"]),
    ]

    static let details = [
        Case(
            rule: "2.1 one node: in by its own word",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop x120
                destination job/v1@shop -> pay/v1@shop pay.shop x100
                """, view: shown("app/shop/cart/v1"), edges: [webToCart]),
        Case(
            rule: "2.1 one node: out by its own word",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop x120
                """, view: shown("app/shop/web/v1"), edges: ["app/shop/web/v1 > app/shop/cart/v1 http 12.0/s"]),
        Case(
            rule: "2.1 one node: what its proxy did not see is not there",
            telemetry: "source web/v1@shop -> cart/v1@shop cart.shop x120", view: shown("app/shop/cart/v1"), edges: []),
        Case(
            rule: "2.1 one service: by those behind it, and by sources where nobody is",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop x120
                source web/v1@shop -> unknown cart.shop 503 UH x10
                destination cart/v1@shop -> pay/v1@shop pay.shop x50
                """, view: shown("service/shop/cart"),
            edges: [
                "app/shop/web/v1 > service/shop/cart http 11.0/s", "service/shop/cart > app/shop/cart/v1 http 10.0/s",
            ]),
        Case(
            rule: "2.1 one node that is not there", telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x100",
            view: shown("app/shop/nobody/v1"), edges: []),
        Case(
            rule: "1.1 app boxes: versions of one app",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination web/v1@shop -> cart/v2@shop cart.shop x10
                destination cart/v1@shop -> cart/v2@shop cart.shop x20
                """, view: boxed([.app]),
            words: [
                "box/app/shop/cart members app/shop/cart/v1, app/shop/cart/v2", "box/app/shop/cart in 10.0",
                "box/app/shop/cart inside 2.0", "box/app/shop/cart p95 48.75", "box/app/shop/cart title cart",
            ]),
        Case(
            rule: "1.1 namespace boxes: at least two members",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination cart/v1@shop -> pay/v1@money pay.money 503 x30
                """, view: boxed([.namespace]),
            words: [
                "box/namespace/shop members app/shop/cart/v1, app/shop/web/v1", "box/namespace/shop out 3.0",
                "box/namespace/shop inside 9.0", "box/namespace/shop health healthy",
            ]),
        Case(
            rule: "1.1 cluster boxes",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                destination web/v1@shop -> cart/v1@shop cart.shop destination_cluster=east x10
                destination cart/v1@shop -> pay/v1@shop pay.shop source_cluster=east destination_cluster=east x30
                """, view: boxed([.cluster]),
            words: [
                "box/cluster/Kubernetes members app/shop/cart/v1, app/shop/web/v1",
                "box/cluster/east members app/shop/cart/v1@east, app/shop/pay/v1@east", "box/cluster/east in 1.0",
            ]),
    ]

    static let numbers = [
        Case(
            rule: "1.3 3xx is no error", telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop 302 x100",
            words: [webToCart.dropRate + "errors 0 %", webToCart.dropRate + "health healthy"]),
        Case(
            rule: "1.3 any 5xx degrades",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x99
                destination web/v1@shop -> cart/v1@shop cart.shop 500 x1
                """, words: [webToCart.dropRate + "health degraded"]),
        Case(
            rule: "1.3 4xx fails from 20 %",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x80
                destination web/v1@shop -> cart/v1@shop cart.shop 404 x20
                """, words: [webToCart.dropRate + "health failure"]),
        Case(
            rule: "2.6 both ends beside each other: lost",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x90
                source web/v1@shop -> cart/v1@shop cart.shop x90
                source web/v1@shop -> cart/v1@shop cart.shop 503 UF x10
                """,
            words: [
                webToCart.dropRate + "sent 10.0", webToCart.dropRate + "received 9.0", webToCart.dropRate + "lost 10 %",
                webToCart.dropRate + "attempts 1.00",
            ]),
        Case(
            rule: "2.6 both ends beside each other: tried again",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                destination web/v1@shop -> cart/v1@shop cart.shop 503 x20
                source web/v1@shop -> cart/v1@shop cart.shop x100
                """, words: [webToCart.dropRate + "attempts 1.20", webToCart.dropRate + "lost 0 %"]),
        Case(
            rule: "2.6 one end silent is no loss", telemetry: "source web/v1@shop -> cart/v1@shop cart.shop x100",
            words: [webToCart.dropRate + "lost –", webToCart.dropRate + "received –"]),
        Case(
            rule: "2.7 no sidecar at the source: unknown",
            telemetry: "destination unknown -> web/v1@shop web.shop x100",
            edges: ["unknown > app/shop/web/v1 http 10.0/s"]),
        Case(
            rule: "2.7 no sidecar at the destination: a service ends it",
            telemetry: "source web/v1@shop -> unknown cart.shop x100",
            edges: ["app/shop/web/v1 > service/shop/cart http 10.0/s"]),
        Case(
            rule: "2.7 HTTP without mutual TLS still joins",
            telemetry: """
                destination web/v1@shop -> cart/v1@shop cart.shop x100
                source web/v1@shop -> cart/v1@shop cart.shop x100
                """, edges: [webToCart], words: [webToCart.dropRate + "mtls 0 %"]),
        Case(
            rule: "2.7 TCP without mutual TLS is two edges that do not meet",
            telemetry: """
                destination unknown -> db/v1@shop db.shop tcp x5000
                source web/v1@shop -> unknown db.shop tcp x5000
                """,
            edges: ["app/shop/web/v1 > service/shop/db tcp 1.0 kB/s", "unknown > app/shop/db/v1 tcp 1.0 kB/s"]),
        Case(
            rule: "2.7 an unroutable host: unknown, with its flag",
            telemetry: "source web/v1@shop -> unknown unknown 404 NR x100",
            words: ["app/shop/web/v1 > unknown-service http response 404 NR unknown 10.0"]),
        Case(
            rule: "2.7 never answered: a dash and why",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop 0 DC x100",
            words: [webToCart.dropRate + "response - DC cart.shop.svc.cluster.local 10.0"]),
        Case(
            rule: "2.7 what rounds to nothing is not in Kiali's graph",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x0.004", view: kiali, edges: []),
        Case(
            rule: "2.7 but in ours",
            telemetry: "destination web/v1@shop -> cart/v1@shop cart.shop x0.004",
            words: [webToCart.dropRate + "busy"]),
    ]

    @Test(arguments: samples + identities + edgeRules + decorators + details + numbers)
    func `a rule of Kiali's holds`(_ test: Case) throws {
        let snapshot = try Watch.graph(test.telemetry, view: test.view, inventory: test.inventory)

        if let edges = test.edges { #expect(snapshot.shortEdges == edges) }
        let words = snapshot.words
        for word in test.words {
            // What else is said of the same thing tells why.
            let subject = word.split(separator: " ").prefix(4).joined(separator: " ")
            #expect(words.contains(word), "\(words.filter { $0.hasPrefix(subject.prefix(24)) }.sorted())")
        }
    }

    @Test func `a few rules would prove little`() {
        let all = Self.samples + Self.identities + Self.edgeRules + Self.decorators + Self.details + Self.numbers

        #expect(all.count >= 90)
        #expect(Set(all.map(\.rule)).count == all.count)
    }
}

extension String {
    /// An edge's line without its rate, with a blank at its end.
    fileprivate var dropRate: String {
        split(separator: " ").dropLast().joined(separator: " ") + " "
    }
}
