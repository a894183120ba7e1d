// swift-tools-version: 6.3
import PackageDescription

// The house, floor by floor. A target may import only floors below its own, and inside a floor only what is
// noted here; `swift build --explicit-target-dependency-import-check error` refuses any other arrow.
//
// Nothing is fetched: what others do better comes from Debian's C libraries, as system-library targets.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A C library that Debian ships: a folder with a module map and a shim header.
func system(_ name: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", providers: [.apt([apt])])
}

/// A library target in its floor's folder.
func library(_ floor: String, _ name: String, _ uses: [Target.Dependency], links: [LinkerSetting] = []) -> Target {
    .target(
        name: name, dependencies: uses, path: "Sources/\(floor)/\(name)", swiftSettings: strict, linkerSettings: links)
}

/// A program: arguments, wiring, signals and exit codes over the parts.
func program(_ name: String, path: String? = nil, _ uses: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: uses, path: path ?? "Sources/Programs/\(name)", swiftSettings: strict)
}

/// The tests of one target, mirrored under `Tests/<floor>`.
func tests(_ floor: String, _ subject: String, _ uses: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(subject)Tests", dependencies: [.target(name: subject), "TestSupport"] + uses,
        path: "Tests/\(floor)/\(subject)Tests", resources: resources, swiftSettings: strict)
}

// Floor 0: names that Swift cannot import by itself.
let c: [Target] = [
    system("CNcurses", apt: "libncurses-dev"),
    system("COpenSSL", apt: "libssl-dev"),
    system("CNghttp2", apt: "libnghttp2-dev"),
    system("CYAML", apt: "libyaml-dev"),
    system("CSQLite", apt: "libsqlite3-dev"),
    system("CZlib", apt: "zlib1g-dev"),
    system("CSnappy", apt: "libsnappy-dev"),
    // epoll, eventfd, signalfd, accept4 and friends: glibc's overlay has none of them, and they want _GNU_SOURCE.
    .target(name: "CLinux", path: "Sources/C/CLinux", cSettings: [.define("_GNU_SOURCE")]),
    // What runs inside signal handlers to put a terminal back, where Swift may not run.
    .target(name: "CTerminal", path: "Sources/C/CTerminal"),
    // RE2 (libre2-dev), which Istio's and Envoy's regular expressions are. It is C++: a few calls of it in C.
    .target(
        name: "CRE2", path: "Sources/C/CRE2", linkerSettings: [.linkedLibrary("re2"), .linkedLibrary("stdc++")]),
]

// Floor 1: units, bytes and patterns.
let ground: [Target] = [
    // Rounding is libm's; a program that never imports Glibc would not link it.
    library("Ground", "Quantities", [], links: [.linkedLibrary("m")]),
    library("Ground", "ByteCursor", []),
    library("Ground", "Patterns", ["CRE2"]),
]

// Floor 2: bytes to values and back; no I/O, and no input can trap.
let wire: [Target] = [
    library("Wire", "HTTPWire", ["ByteCursor", "CZlib", "CSnappy"]),
    library("Wire", "JSONWire", ["ByteCursor"]),
    // YAML is read into the JSON data model: Istio's API is one schema in two spellings.
    library("Wire", "YAMLWire", ["ByteCursor", "JSONWire", "CYAML"]),
    library("Wire", "ProtobufWire", ["ByteCursor"]),
    library("Wire", "ExpositionWire", ["ByteCursor"]),
    library("Wire", "JWTWire", ["ByteCursor", "JSONWire"]),
]

// Floor 3: what a mesh is. Pure: no sockets, files or clocks. All but GraphLayout and PushedMetrics
// stand on MeshModel.
let model: [Target] = [
    library("Model", "MeshModel", ["Patterns", "Quantities"]),
    library("Model", "MeshConfig", ["MeshModel", "Quantities", "Patterns", "JSONWire", "YAMLWire", "JWTWire"]),
    library("Model", "TrafficPolicy", ["MeshModel", "Quantities", "Patterns", "ByteCursor", "JSONWire", "JWTWire"]),
    library("Model", "Discovery", ["MeshModel", "Quantities", "Patterns", "JSONWire", "JWTWire"]),
    library("Model", "MetricStore", ["MeshModel", "Quantities", "ExpositionWire"]),
    library("Model", "TraceModel", ["MeshModel", "Quantities", "ByteCursor", "JSONWire", "ProtobufWire"]),
    library("Model", "PushedMetrics", ["ExpositionWire", "JSONWire", "ProtobufWire"]),
    library("Model", "GraphLayout", []),
]

// Floor 4: the outside world. HTTPTransport stands on TLSTransport, and that on SystemIO.
let edges: [Target] = [
    library("Edges", "SystemIO", ["CLinux", "Quantities"]),
    library("Edges", "TLSTransport", ["SystemIO", "COpenSSL", "Quantities"]),
    library("Edges", "HTTPTransport", ["SystemIO", "TLSTransport", "HTTPWire", "CNghttp2", "Quantities"]),
    library("Edges", "Storage", ["CSQLite", "Quantities"]),
    library("Edges", "TerminalUI", ["CNcurses", "CTerminal", "CLinux", "Quantities"]),
]

// Floor 5: one product part each. They never import each other; the programs join them by values of floor 3.
let parts: [Target] = [
    library(
        "Parts", "Console",
        ["TerminalUI", "SystemIO", "GraphLayout", "MeshModel", "MeshConfig", "TraceModel", "Quantities"]),
    library(
        "Parts", "Collector",
        [
            "HTTPTransport", "TLSTransport", "SystemIO", "Storage", "MetricStore", "PushedMetrics", "TraceModel",
            "MeshModel", "ExpositionWire", "HTTPWire", "JSONWire", "YAMLWire", "ProtobufWire", "ByteCursor",
            "Quantities",
        ]),
    library(
        "Parts", "Steering",
        ["HTTPTransport", "SystemIO", "HTTPWire", "MeshConfig", "MeshModel", "JSONWire", "YAMLWire", "Quantities"]),
    library(
        "Parts", "Proxy",
        [
            "HTTPTransport", "TLSTransport", "SystemIO", "TrafficPolicy", "Discovery", "TraceModel", "MeshModel",
            "HTTPWire", "JSONWire", "YAMLWire", "ProtobufWire", "ExpositionWire", "JWTWire", "ByteCursor", "Patterns",
            "Quantities",
        ]),
    library(
        "Parts", "ControlPlane",
        [
            "HTTPTransport", "TLSTransport", "SystemIO", "Storage", "MeshConfig", "Discovery", "MeshModel", "HTTPWire",
            "JSONWire", "YAMLWire", "JWTWire", "ExpositionWire", "Patterns", "Quantities",
        ]),
]

// Floor 6: what a person starts.
let programs: [Target] = [
    program(
        "meshtop",
        [
            "Console", "Collector", "Steering", "TerminalUI", "HTTPTransport", "TLSTransport", "HTTPWire", "SystemIO",
            "MeshModel",
            "MeshConfig", "TraceModel", "GraphLayout", "JSONWire", "YAMLWire", "Quantities",
        ]),
    program("meshtop-proxy", ["Proxy", "SystemIO"]),
    program("meshtop-control", ["ControlPlane", "SystemIO"]),
    program(
        "meshtop-bench",
        [
            "Collector", "Console", "MeshModel", "MetricStore", "TraceModel", "GraphLayout", "ExpositionWire",
            "SystemIO", "HTTPTransport", "TerminalUI", "CLinux", "Quantities",
        ]),
    program(
        "shop", path: "demo/shop",
        ["HTTPTransport", "HTTPWire", "ProtobufWire", "TLSTransport", "SystemIO", "JSONWire", "Quantities"]),
]

let testing: [Target] = [
    // Fakes, generators and checkers that several suites share.
    .target(
        name: "TestSupport", dependencies: ["SystemIO", "ByteCursor", "COpenSSL", "Quantities"],
        path: "Tests/TestSupport",
        swiftSettings: strict),
    tests("Ground", "Quantities"),
    tests("Ground", "ByteCursor"),
    tests("Ground", "Patterns"),
    tests("Wire", "HTTPWire"),
    tests("Wire", "JSONWire"),
    tests("Wire", "YAMLWire", ["JSONWire"]),
    tests("Wire", "ProtobufWire"),
    tests("Wire", "ExpositionWire", resources: [.copy("Fixtures")]),
    tests("Wire", "JWTWire", ["ByteCursor", "JSONWire"]),
    tests("Model", "MeshModel", ["Patterns", "Quantities"]),
    tests("Model", "MeshConfig", ["MeshModel", "JSONWire", "YAMLWire", "Patterns"]),
    tests("Model", "TrafficPolicy", ["MeshModel", "Quantities", "Patterns", "JSONWire", "JWTWire", "ByteCursor"]),
    tests("Model", "Discovery", ["MeshModel", "JSONWire", "Patterns"]),
    tests(
        "Model", "MetricStore", ["MeshModel", "Quantities", "ExpositionWire", "SystemIO"],
        resources: [.copy("Fixtures")]),
    tests(
        "Model", "TraceModel", ["Quantities", "SystemIO", "JSONWire", "ProtobufWire"], resources: [.copy("Fixtures")]),
    tests("Model", "PushedMetrics", ["ExpositionWire", "ProtobufWire", "JSONWire"]),
    tests("Model", "GraphLayout"),
    tests("Edges", "SystemIO", ["Quantities"]),
    tests("Edges", "TLSTransport", ["SystemIO", "ByteCursor"]),
    tests("Edges", "HTTPTransport", ["SystemIO", "TLSTransport", "HTTPWire", "CNghttp2", "Quantities"]),
    tests("Edges", "Storage"),
    tests("Edges", "TerminalUI", ["CTerminal", "Quantities"]),
    tests(
        "Parts", "Console",
        ["TerminalUI", "GraphLayout", "MeshModel", "MeshConfig", "TraceModel", "JSONWire", "SystemIO", "Quantities"],
        resources: [.copy("Golden")]),
    tests(
        "Parts", "Collector",
        [
            "MetricStore", "PushedMetrics", "TraceModel", "MeshModel", "ExpositionWire", "HTTPTransport",
            "TLSTransport", "SystemIO", "Storage", "HTTPWire", "ProtobufWire", "JSONWire", "Quantities",
        ], resources: [.copy("Fixtures")]),
    tests(
        "Parts", "Steering",
        [
            "ControlPlane", "HTTPTransport", "SystemIO", "HTTPWire", "MeshConfig", "MeshModel", "JSONWire",
            "Quantities",
        ]),
    tests(
        "Parts", "Proxy",
        [
            "HTTPTransport", "TLSTransport", "SystemIO", "TrafficPolicy", "Discovery", "TraceModel", "MeshModel",
            "HTTPWire", "JSONWire", "ProtobufWire", "ExpositionWire", "JWTWire", "ByteCursor", "Patterns",
            "Quantities",
        ]),
    tests(
        "Parts", "ControlPlane",
        [
            "HTTPTransport", "TLSTransport", "SystemIO", "Storage", "MeshConfig", "Discovery", "MeshModel", "HTTPWire",
            "JSONWire", "YAMLWire", "Patterns", "Quantities",
        ]),
    tests(
        "Programs", "meshtop",
        ["Console", "Collector", "MeshModel", "GraphLayout", "TraceModel", "JSONWire", "SystemIO", "Quantities"]),
    // The whole chain: real programs as children, watched from outside.
    .testTarget(
        name: "MeshTests",
        dependencies: ["TestSupport", "SystemIO", "HTTPTransport", "HTTPWire", "JSONWire", "YAMLWire", "Quantities"],
        path: "Tests/Programs/MeshTests", swiftSettings: strict),
]

let package = Package(
    name: "meshtop",
    products: ["meshtop", "meshtop-proxy", "meshtop-control", "meshtop-bench", "shop"]
        .map { .executable(name: $0, targets: [$0]) },
    dependencies: [],
    targets: c + ground + wire + model + edges + parts + programs + testing,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
