import Testing

/// Everything that runs against the one demo mesh, one test after another: each leaves the mesh as it found it.
@Suite("The whole mesh", .serialized, .enabled(if: RunningMesh.programs != nil, "MESHTOP_PROGRAMS names no programs"))
struct EndToEnd {}
