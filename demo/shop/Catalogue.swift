import Quantities

/// The applications of the shop, their addresses as in `demo/mesh`, and how each behaves.
enum Catalogue {
    static let applications: [Application] = [
        Application(
            name: "web", version: "v1", instances: [instance(2)],
            scripts: [
                ("/checkout", [.work(median: .milliseconds(2), spread: 0.3), .call(Call("order-service", "/orders"))]),
                (
                    "/product",
                    [
                        .work(median: .milliseconds(1), spread: 0.3),
                        .together([
                            .call(Call("catalog-service", "/products/7")),
                            .call(Call("recommendation-service", "/for/7", isEssential: false)),
                        ]),
                    ]
                ),
                ("/", [.work(median: .milliseconds(1), spread: 0.3), .call(Call("catalog-service", "/products"))]),
            ], responseBytes: 4_000),
        Application(
            name: "catalog-service", version: "v1", instances: [instance(3), instance(4)],
            scripts: [
                (
                    "/",
                    [
                        .work(median: .milliseconds(3), spread: 0.4),
                        .sometimes(Ratio(0.5), .call(Call("inventory-service", "/stock"))),
                    ]
                )
            ], responseBytes: 2_500),
        Application(
            name: "order-service", version: "v1", instances: [instance(5)],
            scripts: [
                (
                    "/",
                    [
                        .work(median: .milliseconds(4), spread: 0.4),
                        .call(Call("inventory-service", "/reserve")),
                        .call(Call("payment-service.payments", "/charge")),
                        .call(
                            Call(
                                "notification-service.payments", "/shop.Notifications/Notify", isGRPC: true,
                                isEssential: false)),
                    ]
                )
            ], responseBytes: 700),
        Application(
            name: "inventory-service", version: "v1", instances: [instance(6), instance(7)],
            scripts: [
                ("/reserve", [.work(median: .milliseconds(1.5), spread: 0.5), .stock("DECR item:7")]),
                ("/", [.work(median: .milliseconds(1.5), spread: 0.5)]),
            ], responseBytes: 300),
        Application(
            name: "recommendation-service", version: "v1", instances: [instance(8)],
            scripts: [
                (
                    "/",
                    [.work(median: .milliseconds(6), spread: 0.6), .call(Call("catalog-service", "/products/related"))]
                )
            ], responseBytes: 1_200),
        // Gets copies only; what it answers is thrown away.
        Application(
            name: "picks-lab", version: "v1", instances: [instance(13)],
            scripts: [("/", [.work(median: .milliseconds(4), spread: 0.4)])], responseBytes: 1_500),
        Application(
            name: "payment-service", version: "v1", instances: [instance(9)],
            scripts: [
                ("/", [.work(median: .milliseconds(8), spread: 0.3), .call(Call("bank.example", "/transfers"))])
            ],
            responseBytes: 250),
        // The canary: three times as slow, and it fails a few payments in a hundred.
        Application(
            name: "payment-service", version: "v2", instances: [instance(10)],
            scripts: [
                (
                    "/",
                    [
                        .work(median: .milliseconds(24), spread: 0.5), .fail(Ratio(0.04)),
                        .call(Call("bank.example", "/transfers")),
                    ]
                )
            ], responseBytes: 250),
        Application(
            name: "notification-service", version: "v1", instances: [instance(11)],
            scripts: [("/", [.work(median: .milliseconds(2), spread: 0.4)])], responseBytes: 100),
        Application(
            name: bank, version: "", instances: [.init(listens: "127.0.3.1:8443", sidecar: nil)],
            scripts: [("/", [.work(median: .milliseconds(15), spread: 0.3)])], responseBytes: 180),
    ]

    /// What shoppers ask the gateway for, and how often each.
    static let journeys: [(path: String, share: Double)] = [("/", 0.35), ("/product/7", 0.40), ("/checkout", 0.25)]
    /// Where the stock is counted, and the port at which every sidecar takes connections to it.
    static let stock = "127.0.2.12:6379"
    static let stockPort: UInt16 = 6379
    /// The only one that is not in the mesh.
    static let bank = "bank"
    static let gateway = "127.0.1.1:8080"
    static let gatewayHost = "shop.example"

    private static func instance(_ number: Int) -> Application.Instance {
        .init(listens: "127.0.2.\(number):8080", sidecar: "127.0.1.\(number):15001")
    }
}
