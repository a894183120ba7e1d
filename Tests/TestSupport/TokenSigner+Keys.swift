// Made once for these tests by "openssl genpkey"; they guard nothing.

extension TokenSigner {
    static let rsaKey = """
        -----BEGIN PRIVATE KEY-----
        MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDLt8p1eOEpG5T2
        4X8FkHI/yYYW8bKyBhokjupQlQUHk8p+JcLUFbpGTUhsa2vPK4EO2oq1yIaK2TQH
        MH3B2arMRBKMjl6xzbiuK3J8xl4LK6dM7E+2i32sRVN1gwzeaF1DakAQgVlN0umP
        waw9rf+r7cTJ2bRFazsMMDHB/YrgIuw7nl9659iPI+YRQfLJQ/w1VUm7vVGx2N+i
        vYWWeX6RnPRCMsnOIEeqg7RfJXcs/dZ+TL5rom3mKCpEfg+JTpvWO8ih5ZSy5mpZ
        b8WcFkvTX/9uy9oe7XSnZEU4bfZfdYO5C+DWyQOm0NUpOEBcgWml3lsFAQ5TX91P
        ZpxXNmIHAgMBAAECggEAM9p82KjjmwyPvsWICPkK86yOioGMDB9cgSi1gLxlsteO
        B80Bye0b5HAgeqRfJTT8HTVIcFvxzx7ZTOktYW3PuT2sgQVuGhD0rLSXaCYv4uUC
        KSTPZ3YbD4H36+XnHSdwccv2MZ1TB2mjlLll569F8FPNrtlQtwjD12bfC3NHaaRV
        Cq4ykO9OtVRv6yXC+TGa3mlk9Xjz4ZznlVK4iKySPGtAfMQDyoMj2bF6OyapJVxu
        Hn9s/BWstuaQalRNw9faYgBZ0SUKuStGmOofQdqhJmyYWXuHdbxG8PxZbvfZBHMa
        u4xTvZG5aCLkDKBCrPyYLdT5Y2Igpj1sRu8KdSQyGQKBgQD+3uKw6kV7c8nGpEW1
        NZSa7UhEYou2eQ6vH04vfSO3vdSpr4IFKRs8mKz0SgtgR+mf2gkG5W8umX2hOBsF
        ShL1q/B1IF5PxxK4sokwGXHrVyxp3FwEcLg7iKZ6co/zMx+8Gc63vhUTvoL3+ZZ6
        bTmEyh9WK4tnqnG+Zj0rwjflfwKBgQDMnuE+9t+dzg7WZCSfYTuXRQYKUKO5VojH
        x2BMkgw7D4SpUjCWQocm0YRvB1xle63aiLWgGQ33ZpT0Gyl7bIyHTFwKiMBCiBdQ
        QtrDw7pIotj1vRn+7Wp09YgwRMzZBRe1bTV7oXZcPUmiHCz5p97C5ecxOb/8+jf3
        kpiQdhOXeQKBgC8Tahm1W9oem/Fl3D5JREaNd2CyNw4gNBcimCVrXtKMbKBe+4wK
        eK5roN6KYqmI/tz4v9wXOr8HuM2zeEI02WWpOYPY07K2mX2l9HL+8CzA8EIpYpGr
        ZEwSxHUvfek00zLCLY2AvZHlCXnWDvZUAGDHmJwo9NnUAKhjZ/8SI5LvAoGAHPov
        CdyqRE3HGiNqcEuzxbNXrKRI21le23PntlBEfSSwc84Y5V6chynKqHKRaim+sCEG
        H5sMuEmFtKAYGst/hzWQH0nIeGOPcaVWF70jJ2Awe3SBNvHmTpPq6nMD04P+HIpP
        tadi/KMNR3DYCa71RAKM4BK+lpPU0zGme2bNVXkCgYBnU0qveoWheftrov34+Dhg
        lPVOtDPj1tXOXo8dJ6BwR6UMF0Hn02LBCiisGB2ZcJlPMRTxzDUQ/tgYSsli8PVI
        UnW9CtF6jt0XcrIJ8BZNxo/rPnAf2zgfmxBmYJSMuttyUIMooKvCBGDHMkdGhXcg
        QbN2OoCn0tcUBVWkwrs5ew==
        -----END PRIVATE KEY-----

        """
    static let rsaPublic = #"""
        {"kty":"RSA","n":"y7fKdXjhKRuU9uF_BZByP8mGFvGysgYaJI7qUJUFB5PKfiXC1BW6Rk1IbGtrzyuBDtqKtciGitk0BzB9wd\#
        mqzEQSjI5esc24rityfMZeCyunTOxPtot9rEVTdYMM3mhdQ2pAEIFZTdLpj8GsPa3_q-3Eydm0RWs7DDAxwf2K4CLsO55feufYjy\#
        PmEUHyyUP8NVVJu71Rsdjfor2Flnl-kZz0QjLJziBHqoO0XyV3LP3Wfky-a6Jt5igqRH4PiU6b1jvIoeWUsuZqWW_FnBZL01__bs\#
        vaHu10p2RFOG32X3WDuQvg1skDptDVKThAXIFppd5bBQEOU1_dT2acVzZiBw","e":"AQAB"}
        """#

    static let p256Key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8YEAWicXtCxMo3d0
        lLFtyHwVg/oKtJYJW+mzqvJwZAihRANCAAR33WK8jHy+/Ac4zuTb36kiQlTnOZ7W
        VFBIJllYPlDB18fZeD7kmO34N0uW4/pT4ctILFG2DmStGIWvD65YOBBh
        -----END PRIVATE KEY-----

        """
    static let p256Public = #"""
        {"kty":"EC","crv":"P-256","x":"d91ivIx8vvwHOM7k29-pIkJU5zme1lRQSCZZWD5Qwdc","y":"x9l4PuSY7fg3S5bj-lP\#
        hy0gsUbYOZK0Yha8Prlg4EGE"}
        """#

    static let p384Key = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAUdwOAR4U75d19KCny
        tBEE++pNVvYBjSWdkOuEqomUypowsaHF2njJRl2VQCejdlKhZANiAAR5dWGDNZt4
        e2V6eJ8r2Mk2WnPUu9wgiKwnD+acFCKHYaBCNQ0EOFscIbXaFINNcTsbaeukBNHx
        9tCPF24szd9aqV2j24+ZF9XmLRolLxG5j73sgwPDjSYWzZD/4o5bO88=
        -----END PRIVATE KEY-----

        """
    static let p384Public = #"""
        {"kty":"EC","crv":"P-384","x":"eXVhgzWbeHtlenifK9jJNlpz1LvcIIisJw_mnBQih2GgQjUNBDhbHCG12hSDTXE7","y"\#
        :"G2nrpATR8fbQjxduLM3fWqldo9uPmRfV5i0aJS8RuY-97IMDw40mFs2Q_-KOWzvP"}
        """#

    static let p521Key = """
        -----BEGIN PRIVATE KEY-----
        MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAHg2IMEco7xwq73Zg
        OLZGlH3+T7KtuCAAN6vOjkVM/L1yLv81HKeCTHAPqeAi5ChCXWtZnzmQy34/bXrT
        FLupxvGhgYkDgYYABAFAgl4oOsG4xQDG2va/wBPSr1XtplmwYCboKv5U0AHC8oFf
        SB66LBuVNPEF90jO/n+7ded45rmAhmocQ6BkYmPgRAGG3bCtDNa6H0RpeZtQzuog
        /WDgplBoFg0mvmTp6fBBP6RTOVCegkkmxzSQv4xxJ5BdR0i2c90hOvAhFbrZbTn9
        PQ==
        -----END PRIVATE KEY-----

        """
    static let p521Public = #"""
        {"kty":"EC","crv":"P-521","x":"AUCCXig6wbjFAMba9r_AE9KvVe2mWbBgJugq_lTQAcLygV9IHrosG5U08QX3SM7-f7t15\#
        3jmuYCGahxDoGRiY-BE","y":"AYbdsK0M1rofRGl5m1DO6iD9YOCmUGgWDSa-ZOnp8EE_pFM5UJ6CSSbHNJC_jHEnkF1HSLZz3S\#
        E68CEVutltOf09"}
        """#

    static let ed25519Key = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJHIqhM7/7Ofp42aKWOEU2Hh/rbowN8egVhWh6BFC1N4
        -----END PRIVATE KEY-----

        """
    static let ed25519Public = #"""
        {"kty":"OKP","crv":"Ed25519","x":"Ptr8u0g4S2eCPVd3UTxJ1fGwXey5mIyOi2cdt0rak8I"}
        """#
}
