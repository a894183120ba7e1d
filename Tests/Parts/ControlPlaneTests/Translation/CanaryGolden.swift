/// The canary's resources, as Envoy's API writes them.
enum CanaryGolden {
    static let outboundRoutes = """
        {
          "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
          "name": "15001",
          "virtual_hosts": [
            {
              "name": "payment-service.payments.svc.cluster.local:80",
              "domains": [
                "payment-service.payments.svc.cluster.local",
                "payment-service.payments.svc.cluster.local:80",
                "payment-service.payments", "payment-service.payments:80",
                "payment-service.payments.svc", "payment-service.payments.svc:80",
                "payment-service", "payment-service:80"
              ],
              "routes": [
                {
                  "match": {"prefix": "/"},
                  "route": {
                    "weighted_clusters": {
                      "clusters": [
                        {"name": "outbound|80|v1|payment-service.payments.svc.cluster.local", "weight": 90},
                        {"name": "outbound|80|v2|payment-service.payments.svc.cluster.local", "weight": 10}
                      ]
                    },
                    "timeout": "0s",
                    "max_grpc_timeout": "0s",
                    "retry_policy": {
                      "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
                      "num_retries": 2,
                      "retry_host_predicate": [
                        {
                          "name": "envoy.retry_host_predicates.previous_hosts",
                          "typed_config": {
                            "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                          }
                        }
                      ],
                      "host_selection_retry_max_attempts": "5"
                    }
                  }
                }
              ],
              "include_request_attempt_count": true
            },
            {
              "name": "block_all",
              "domains": ["*"],
              "routes": [
                {"name": "block_all", "match": {"prefix": "/"}, "direct_response": {"status": 502}}
              ]
            }
          ]
        }
        """

    static let subsetCluster = """
        {
          "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
          "name": "outbound|80|v1|payment-service.payments.svc.cluster.local",
          "type": "EDS",
          "eds_cluster_config": {
            "eds_config": {
              "resource_api_version": "V3",
              "api_config_source": {
                "api_type": "REST", "transport_api_version": "V3", "cluster_names": ["xds"], "refresh_delay": "1s"
              }
            }
          },
          "connect_timeout": "10s",
          "lb_policy": "LEAST_REQUEST",
          "transport_socket": {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
              "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
              "common_tls_context": {
                "tls_certificate_sds_secret_configs": [{"name": "default"}],
                "combined_validation_context": {
                  "default_validation_context": {
                    "match_typed_subject_alt_names": [
                      {"san_type": "URI", "matcher": {"exact": "spiffe://cluster.local/ns/payments/sa/payment"}}
                    ]
                  },
                  "validation_context_sds_secret_config": {"name": "ROOTCA"}
                },
                "alpn_protocols": ["http/1.1"]
              },
              "sni": "outbound_.80_.v1_.payment-service.payments.svc.cluster.local"
            }
          },
          "circuit_breakers": {
            "thresholds": [
              {
                "max_connections": 4294967295, "max_pending_requests": 4294967295, "max_requests": 4294967295,
                "max_retries": 4294967295
              }
            ]
          },
          "metadata": {
            "filter_metadata": {
              "istio": {
                "services": [
                  {
                    "host": "payment-service.payments.svc.cluster.local", "name": "payment-service",
                    "namespace": "payments"
                  }
                ]
              }
            }
          }
        }
        """

    static let subsetEndpoints = """
        {
          "@type": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
          "cluster_name": "outbound|80|v2|payment-service.payments.svc.cluster.local",
          "endpoints": [
            {
              "lb_endpoints": [
                {
                  "endpoint": {
                    "address": {"socket_address": {"address": "127.0.1.10", "port_value": 8080}}
                  },
                  "metadata": {
                    "filter_metadata": {
                      "envoy.transport_socket_match": {"tlsMode": "istio"},
                      "istio": {"workload": "payment-v2;payments;payment-service;v2;Kubernetes"}
                    }
                  }
                }
              ]
            }
          ]
        }
        """

    static let inboundListener = """
        {
          "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
          "name": "127.0.1.9_8080",
          "address": {"socket_address": {"address": "127.0.1.9", "port_value": 8080}},
          "traffic_direction": "INBOUND",
          "filter_chains": [
            {
              "filters": [
                {
                  "name": "envoy.filters.network.http_connection_manager",
                  "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                    "stat_prefix": "inbound_127.0.1.9_8080",
                    "route_config": {
                      "name": "inbound|8080||",
                      "virtual_hosts": [
                        {
                          "name": "inbound|http|8080",
                          "domains": ["*"],
                          "routes": [
                            {
                              "name": "default",
                              "match": {"prefix": "/"},
                              "route": {
                                "cluster": "inbound|8080||",
                                "timeout": "0s",
                                "max_grpc_timeout": "0s",
                                "retry_policy": {"retry_on": "reset-before-request", "num_retries": 2}
                              }
                            }
                          ]
                        }
                      ]
                    },
                    "http_filters": [
                      {
                        "name": "envoy.filters.http.router",
                        "typed_config": {
                          "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
                        }
                      }
                    ],
                    "normalize_path": true,
                    "stream_idle_timeout": "0s",
                    "proxy_100_continue": true,
                    "upgrade_configs": [
                      {
                        "upgrade_type": "websocket"
                      }
                    ],
                    "forward_client_cert_details": "APPEND_FORWARD",
                    "set_current_client_cert_details": {
                      "subject": true,
                      "uri": true,
                      "dns": true
                    }
                  }
                }
              ],
              "transport_socket": {
                "name": "envoy.transport_sockets.tls",
                "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                  "common_tls_context": {
                    "tls_certificate_sds_secret_configs": [{"name": "default"}],
                    "validation_context_sds_secret_config": {"name": "ROOTCA"},
                    "alpn_protocols": ["h2", "http/1.1"]
                  },
                  "require_client_certificate": true
                }
              }
            }
          ]
        }
        """

    static let outboundListener = """
        {
          "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
          "name": "virtualOutbound",
          "address": {"socket_address": {"address": "127.0.1.9", "port_value": 15001}},
          "traffic_direction": "OUTBOUND",
          "filter_chains": [
            {
              "filters": [
                {
                  "name": "envoy.filters.network.http_connection_manager",
                  "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                    "stat_prefix": "outbound_0.0.0.0_15001",
                    "rds": {
                      "route_config_name": "15001",
                      "config_source": {
                        "resource_api_version": "V3",
                        "api_config_source": {
                          "api_type": "REST", "transport_api_version": "V3", "cluster_names": ["xds"],
                          "refresh_delay": "1s"
                        }
                      }
                    },
                    "http_filters": [
                      {
                        "name": "envoy.filters.http.fault",
                        "typed_config": {
                          "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"
                        }
                      },
                      {
                        "name": "envoy.filters.http.cors",
                        "typed_config": {
                          "@type": "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors"
                        }
                      },
                      {
                        "name": "envoy.filters.http.router",
                        "typed_config": {
                          "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
                        }
                      }
                    ],
                    "normalize_path": true,
                    "stream_idle_timeout": "0s",
                    "proxy_100_continue": true,
                    "upgrade_configs": [
                      {
                        "upgrade_type": "websocket"
                      }
                    ]
                  }
                }
              ]
            }
          ]
        }
        """

    static let inboundCluster = """
        {
          "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
          "name": "inbound|8080||",
          "type": "STATIC",
          "load_assignment": {
            "cluster_name": "inbound|8080||",
            "endpoints": [
              {
                "lb_endpoints": [
                  {"endpoint": {"address": {"socket_address": {"address": "127.0.2.9", "port_value": 8080}}}}
                ]
              }
            ]
          },
          "connect_timeout": "10s",
          "circuit_breakers": {
            "thresholds": [
              {
                "max_connections": 4294967295, "max_pending_requests": 4294967295, "max_requests": 4294967295,
                "max_retries": 4294967295
              }
            ]
          },
          "metadata": {
            "filter_metadata": {
              "istio": {
                "services": [
                  {
                    "host": "payment-service.payments.svc.cluster.local", "name": "payment-service",
                    "namespace": "payments"
                  }
                ]
              }
            }
          }
        }
        """
}
