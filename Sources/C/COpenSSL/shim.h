#ifndef MESHTOP_COPENSSL_SHIM_H
#define MESHTOP_COPENSSL_SHIM_H

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// OpenSSL spells much of its interface as macros, which Swift does not import. Each function here is one of them.

static inline EVP_PKEY *meshtop_make_p256(void) { return EVP_EC_gen("P-256"); }
static inline void meshtop_free(void *pointer) { OPENSSL_free(pointer); }

static inline long meshtop_bio_data(BIO *bio, char **start) { return BIO_get_mem_data(bio, start); }
static inline void meshtop_bio_reset(BIO *bio) { (void)BIO_reset(bio); }

static inline int meshtop_print_name(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
}

static inline int meshtop_print_name_rfc2253(BIO *bio, const X509_NAME *name) {
    return X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
}

static inline void meshtop_context_set_versions(SSL_CTX *context, int minimum) {
    SSL_CTX_set_min_proto_version(context, minimum);
}
static inline void meshtop_context_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }
static inline void meshtop_context_disable_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_num_tickets(context, 0);
}
static inline int meshtop_context_add_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}
static inline const char *meshtop_server_name(const SSL *session) {
    return SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
}

static inline int meshtop_set_server_name(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

static inline int meshtop_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

static inline int meshtop_names_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *meshtop_names_at(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
static inline int meshtop_names_push(GENERAL_NAMES *names, GENERAL_NAME *name) {
    return sk_GENERAL_NAME_push(names, name);
}
static inline GENERAL_NAMES *meshtop_names_make(void) { return sk_GENERAL_NAME_new_null(); }

static inline X509_EXTENSIONS *meshtop_extensions_make(void) { return sk_X509_EXTENSION_new_null(); }
static inline void meshtop_extensions_free(X509_EXTENSIONS *extensions) {
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

// Public keys from their numbers. OpenSSL takes them as a list of parameters whose names and sizes are macros.
static inline EVP_PKEY *meshtop_key_of(const char *type, OSSL_PARAM_BLD *build) {
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;
    if (parameters && context && EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    return key;
}

static inline EVP_PKEY *meshtop_rsa_public(
    const unsigned char *modulus, size_t modulus_length, const unsigned char *exponent, size_t exponent_length) {
    BIGNUM *n = BN_bin2bn(modulus, (int)modulus_length, NULL);
    BIGNUM *e = BN_bin2bn(exponent, (int)exponent_length, NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (n && e && build && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
        key = meshtop_key_of("RSA", build);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return key;
}

static inline EVP_PKEY *meshtop_ec_public(const char *curve, const unsigned char *point, size_t point_length) {
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, point_length) == 1)
        key = meshtop_key_of("EC", build);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static inline int meshtop_pss_padding(void) { return RSA_PKCS1_PSS_PADDING; }
static inline int meshtop_pss_salt_of_digest(void) { return RSA_PSS_SALTLEN_DIGEST; }

#endif
