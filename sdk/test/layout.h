/* SPDX-License-Identifier: MIT
 *
 * Rules A2 and A3: the size of every struct of the ABI and the place of every member, on a machine with pointers of 64 bits. These
 * numbers are frozen. A struct that grows (A2) gets lines at its end and a new SIZE; a service's table (A3) never changes. Read as C by layout.c
 * and as C++ by layout.cpp; test_layout.cpp checks that nothing is left out.
 */
#ifndef KITH_TEST_LAYOUT_H
#define KITH_TEST_LAYOUT_H

#include <kith/plugin.h>
#include <kith/service/clock.h>
#include <kith/service/connector.h>
#include <kith/service/discovery.h>
#include <kith/service/dns.h>
#include <kith/service/env.h>
#include <kith/service/file.h>
#include <kith/service/http.h>
#include <kith/service/log.h>
#include <kith/service/loop.h>
#include <kith/service/members.h>
#include <kith/service/messages.h>
#include <kith/service/metric.h>
#include <kith/service/node.h>
#include <kith/service/options.h>
#include <kith/service/process.h>
#include <kith/service/random.h>
#include <kith/service/sink.h>
#include <kith/service/spool.h>
#include <kith/service/state.h>
#include <kith/service/tcp.h>
#include <kith/service/timer.h>
#include <kith/service/tls.h>
#include <kith/service/udp.h>

#include <stddef.h>

#if defined(__cplusplus)
#define KITH_ASSERT(condition, text) static_assert(condition, text);
#else
#define KITH_ASSERT(condition, text) _Static_assert(condition, text);
#endif
#define SIZE(type, bytes) KITH_ASSERT(sizeof(type) == (bytes), "A2: the size of " #type " has changed")
#define VALUE(name, value) KITH_ASSERT((name) == (value), "A3: " #name " has changed")
#define OFFSET(type, member, bytes) KITH_ASSERT(offsetof(type, member) == (bytes), "A2: " #type "." #member " has moved")

KITH_ASSERT(sizeof(void *) == 8, "the numbers below are those of 64 bit machines")

/* plugin.h */
SIZE(kith_str, 16)
OFFSET(kith_str, data, 0)
OFFSET(kith_str, size, 8)

SIZE(kith_attribute, 32)
OFFSET(kith_attribute, name, 0)
OFFSET(kith_attribute, value, 16)

SIZE(kith_peer, 56)
OFFSET(kith_peer, key, 0)
OFFSET(kith_peer, name, 16)
OFFSET(kith_peer, attributes, 32)
OFFSET(kith_peer, attribute_count, 40)
OFFSET(kith_peer, flags, 44)
OFFSET(kith_peer, ttl, 48)

SIZE(kith_host, 112)
OFFSET(kith_host, struct_size, 0)
OFFSET(kith_host, abi_minor, 4)
OFFSET(kith_host, topology, 8)
OFFSET(kith_host, source, 24)
OFFSET(kith_host, instance, 40)
OFFSET(kith_host, engine, 56)
OFFSET(kith_host, world, 64)
OFFSET(kith_host, service, 72)
OFFSET(kith_host, cancel, 80)
OFFSET(kith_host, error, 88)
OFFSET(kith_host, stopped, 96)
OFFSET(kith_host, failed, 104)

SIZE(kith_descriptor, 152)
OFFSET(kith_descriptor, struct_size, 0)
OFFSET(kith_descriptor, kind, 4)
OFFSET(kith_descriptor, id, 8)
OFFSET(kith_descriptor, version, 24)
OFFSET(kith_descriptor, licence, 40)
OFFSET(kith_descriptor, summary, 56)
OFFSET(kith_descriptor, options, 72)
OFFSET(kith_descriptor, required, 88)
OFFSET(kith_descriptor, optional, 96)
OFFSET(kith_descriptor, aliases, 104)
OFFSET(kith_descriptor, env, 112)
OFFSET(kith_descriptor, required_count, 120)
OFFSET(kith_descriptor, optional_count, 124)
OFFSET(kith_descriptor, alias_count, 128)
OFFSET(kith_descriptor, env_count, 132)
OFFSET(kith_descriptor, flags, 136)
OFFSET(kith_descriptor, prune, 140)
OFFSET(kith_descriptor, parallel, 144)
OFFSET(kith_descriptor, reserved, 148)

SIZE(kith_instance, 48)
OFFSET(kith_instance, struct_size, 0)
OFFSET(kith_instance, reserved, 4)
OFFSET(kith_instance, self, 8)
OFFSET(kith_instance, start, 16)
OFFSET(kith_instance, stop, 24)
OFFSET(kith_instance, destroy, 32)
OFFSET(kith_instance, service, 40)

SIZE(kith_entry, 32)
OFFSET(kith_entry, struct_size, 0)
OFFSET(kith_entry, abi_major, 4)
OFFSET(kith_entry, abi_minor, 8)
OFFSET(kith_entry, descriptor_count, 12)
OFFSET(kith_entry, descriptors, 16)
OFFSET(kith_entry, create, 24)

/* service/clock.h */
SIZE(kith_clock_host, 16)
OFFSET(kith_clock_host, monotonic, 0)
OFFSET(kith_clock_host, wall, 8)

SIZE(kith_clock_plugin, 8)
OFFSET(kith_clock_plugin, jumped, 0)

/* service/connector.h */
SIZE(kith_link, 32)
OFFSET(kith_link, name, 0)
OFFSET(kith_link, attributes, 16)
OFFSET(kith_link, attribute_count, 24)
OFFSET(kith_link, flags, 28)
VALUE(KITH_LINK_NOT_CONNECTED, 1)

SIZE(kith_connector_host, 48)
OFFSET(kith_connector_host, done, 0)
OFFSET(kith_connector_host, attached, 8)
OFFSET(kith_connector_host, detached, 16)
OFFSET(kith_connector_host, links, 24)
OFFSET(kith_connector_host, link_up, 32)
OFFSET(kith_connector_host, link_down, 40)

SIZE(kith_connector_plugin, 32)
OFFSET(kith_connector_plugin, connect, 0)
OFFSET(kith_connector_plugin, disconnect, 8)
OFFSET(kith_connector_plugin, cancel, 16)
OFFSET(kith_connector_plugin, refresh, 24)

/* service/discovery.h */
SIZE(kith_discovery_host, 48)
OFFSET(kith_discovery_host, replace, 0)
OFFSET(kith_discovery_host, update, 8)
OFFSET(kith_discovery_host, watching, 16)
OFFSET(kith_discovery_host, heard, 24)
OFFSET(kith_discovery_host, failed, 32)
OFFSET(kith_discovery_host, left_out, 40)

SIZE(kith_discovery_plugin, 8)
OFFSET(kith_discovery_plugin, refresh, 0)

/* service/dns.h */
SIZE(kith_dns_query, 56)
OFFSET(kith_dns_query, struct_size, 0)
OFFSET(kith_dns_query, type, 4)
OFFSET(kith_dns_query, flags, 8)
OFFSET(kith_dns_query, reserved, 12)
OFFSET(kith_dns_query, name, 16)
OFFSET(kith_dns_query, servers, 32)
OFFSET(kith_dns_query, timeout, 48)

SIZE(kith_dns_record, 64)
OFFSET(kith_dns_record, type, 0)
OFFSET(kith_dns_record, ttl, 4)
OFFSET(kith_dns_record, address, 8)
OFFSET(kith_dns_record, priority, 24)
OFFSET(kith_dns_record, weight, 26)
OFFSET(kith_dns_record, port, 28)
OFFSET(kith_dns_record, reserved, 30)
OFFSET(kith_dns_record, target, 32)
OFFSET(kith_dns_record, text, 48)

SIZE(kith_dns_answer, 48)
OFFSET(kith_dns_answer, struct_size, 0)
OFFSET(kith_dns_answer, kind, 4)
OFFSET(kith_dns_answer, ttl, 8)
OFFSET(kith_dns_answer, count, 12)
OFFSET(kith_dns_answer, stride, 16)
OFFSET(kith_dns_answer, reserved, 20)
OFFSET(kith_dns_answer, name, 24)
OFFSET(kith_dns_answer, records, 40)

SIZE(kith_dns_host, 8)
OFFSET(kith_dns_host, query, 0)

SIZE(kith_dns_plugin, 8)
OFFSET(kith_dns_plugin, answered, 0)

/* service/env.h */
SIZE(kith_env_host, 8)
OFFSET(kith_env_host, get, 0)

/* service/file.h */
SIZE(kith_file_info, 40)
OFFSET(kith_file_info, size, 0)
OFFSET(kith_file_info, version, 8)
OFFSET(kith_file_info, modified, 16)
OFFSET(kith_file_info, mode, 24)
OFFSET(kith_file_info, owner, 28)
OFFSET(kith_file_info, group, 32)
OFFSET(kith_file_info, ours, 36)

SIZE(kith_file_host, 24)
OFFSET(kith_file_host, read, 0)
OFFSET(kith_file_host, write, 8)
OFFSET(kith_file_host, watch, 16)

SIZE(kith_file_plugin, 24)
OFFSET(kith_file_plugin, read, 0)
OFFSET(kith_file_plugin, written, 8)
OFFSET(kith_file_plugin, changed, 16)

/* service/http.h */
SIZE(kith_http_client, 136)
OFFSET(kith_http_client, struct_size, 0)
OFFSET(kith_http_client, flags, 4)
OFFSET(kith_http_client, authorities, 8)
OFFSET(kith_http_client, certificate, 24)
OFFSET(kith_http_client, key, 40)
OFFSET(kith_http_client, server_name, 56)
OFFSET(kith_http_client, proxy, 72)
OFFSET(kith_http_client, connect_timeout, 88)
OFFSET(kith_http_client, response_timeout, 96)
OFFSET(kith_http_client, idle_timeout, 104)
OFFSET(kith_http_client, keep_alive, 112)
OFFSET(kith_http_client, max_header, 120)
OFFSET(kith_http_client, reserved, 124)
OFFSET(kith_http_client, max_body, 128)

SIZE(kith_http_request, 96)
OFFSET(kith_http_request, struct_size, 0)
OFFSET(kith_http_request, field_count, 4)
OFFSET(kith_http_request, method, 8)
OFFSET(kith_http_request, url, 24)
OFFSET(kith_http_request, fields, 40)
OFFSET(kith_http_request, body, 48)
OFFSET(kith_http_request, body_size, 56)
OFFSET(kith_http_request, response_timeout, 64)
OFFSET(kith_http_request, idle_timeout, 72)
OFFSET(kith_http_request, timeout, 80)
OFFSET(kith_http_request, max_body, 88)

SIZE(kith_http_host, 32)
OFFSET(kith_http_host, open, 0)
OFFSET(kith_http_host, request, 8)
OFFSET(kith_http_host, read, 16)
OFFSET(kith_http_host, close, 24)

SIZE(kith_http_plugin, 24)
OFFSET(kith_http_plugin, opened, 0)
OFFSET(kith_http_plugin, responded, 8)
OFFSET(kith_http_plugin, read, 16)

/* service/log.h */
SIZE(kith_log_host, 16)
OFFSET(kith_log_host, level, 0)
OFFSET(kith_log_host, write, 8)

/* service/loop.h */
SIZE(kith_loop_host, 8)
OFFSET(kith_loop_host, post, 0)

SIZE(kith_loop_plugin, 8)
OFFSET(kith_loop_plugin, posted, 0)

/* service/members.h */
SIZE(kith_member, 48)
OFFSET(kith_member, key, 0)
OFFSET(kith_member, name, 16)
OFFSET(kith_member, attributes, 32)
OFFSET(kith_member, attribute_count, 40)
OFFSET(kith_member, flags, 44)

SIZE(kith_members_page, 80)
OFFSET(kith_members_page, struct_size, 0)
OFFSET(kith_members_page, flags, 4)
OFFSET(kith_members_page, snapshot, 8)
OFFSET(kith_members_page, seq, 16)
OFFSET(kith_members_page, total, 24)
OFFSET(kith_members_page, topology, 32)
OFFSET(kith_members_page, reason, 48)
OFFSET(kith_members_page, members, 64)
OFFSET(kith_members_page, count, 72)
OFFSET(kith_members_page, stride, 76)

SIZE(kith_members_host, 24)
OFFSET(kith_members_host, take, 0)
OFFSET(kith_members_host, read, 8)
OFFSET(kith_members_host, left_out, 16)

SIZE(kith_members_plugin, 8)
OFFSET(kith_members_plugin, page, 0)

/* service/messages.h */
SIZE(kith_message, 56)
OFFSET(kith_message, peer, 0)
OFFSET(kith_message, channel, 16)
OFFSET(kith_message, data, 32)
OFFSET(kith_message, size, 40)
OFFSET(kith_message, flags, 48)
OFFSET(kith_message, reserved, 52)

SIZE(kith_messages_host, 24)
OFFSET(kith_messages_host, done, 0)
OFFSET(kith_messages_host, arrived, 8)
OFFSET(kith_messages_host, lost, 16)

SIZE(kith_messages_plugin, 32)
OFFSET(kith_messages_plugin, send, 0)
OFFSET(kith_messages_plugin, cancel, 8)
OFFSET(kith_messages_plugin, listening, 16)
OFFSET(kith_messages_plugin, leave, 24)

/* service/metric.h */
SIZE(kith_metric_host, 32)
OFFSET(kith_metric_host, define, 0)
OFFSET(kith_metric_host, add, 8)
OFFSET(kith_metric_host, set, 16)
OFFSET(kith_metric_host, observe, 24)

/* service/node.h */
SIZE(kith_node_host, 8)
OFFSET(kith_node_host, get, 0)

SIZE(kith_node_plugin, 8)
OFFSET(kith_node_plugin, changed, 0)

/* service/options.h */
SIZE(kith_options_host, 64)
OFFSET(kith_options_host, type, 0)
OFFSET(kith_options_host, get_bool, 8)
OFFSET(kith_options_host, get_integer, 16)
OFFSET(kith_options_host, get_number, 24)
OFFSET(kith_options_host, get_string, 32)
OFFSET(kith_options_host, size, 40)
OFFSET(kith_options_host, member, 48)
OFFSET(kith_options_host, json, 56)

/* service/process.h */
SIZE(kith_process_program, 88)
OFFSET(kith_process_program, struct_size, 0)
OFFSET(kith_process_program, flags, 4)
OFFSET(kith_process_program, path, 8)
OFFSET(kith_process_program, directory, 24)
OFFSET(kith_process_program, arguments, 40)
OFFSET(kith_process_program, environment, 48)
OFFSET(kith_process_program, argument_count, 56)
OFFSET(kith_process_program, environment_count, 60)
OFFSET(kith_process_program, timeout, 64)
OFFSET(kith_process_program, grace, 72)
OFFSET(kith_process_program, max_output, 80)

SIZE(kith_process_end, 32)
OFFSET(kith_process_end, struct_size, 0)
OFFSET(kith_process_end, code, 4)
OFFSET(kith_process_end, signal, 8)
OFFSET(kith_process_end, reserved, 12)
OFFSET(kith_process_end, errors, 16)

SIZE(kith_process_host, 56)
OFFSET(kith_process_host, start, 0)
OFFSET(kith_process_host, read, 8)
OFFSET(kith_process_host, write, 16)
OFFSET(kith_process_host, shutdown, 24)
OFFSET(kith_process_host, wait, 32)
OFFSET(kith_process_host, end, 40)
OFFSET(kith_process_host, close, 48)

SIZE(kith_process_plugin, 32)
OFFSET(kith_process_plugin, started, 0)
OFFSET(kith_process_plugin, read, 8)
OFFSET(kith_process_plugin, written, 16)
OFFSET(kith_process_plugin, ended, 24)

/* service/random.h */
SIZE(kith_random_host, 8)
OFFSET(kith_random_host, fill, 0)

/* service/sink.h */
SIZE(kith_event, 128)
OFFSET(kith_event, seq, 0)
OFFSET(kith_event, time, 8)
OFFSET(kith_event, duration, 16)
OFFSET(kith_event, kind, 24)
OFFSET(kith_event, status, 28)
OFFSET(kith_event, topology, 32)
OFFSET(kith_event, connector, 48)
OFFSET(kith_event, source, 64)
OFFSET(kith_event, peer, 80)
OFFSET(kith_event, reason, 96)
OFFSET(kith_event, json, 112)

SIZE(kith_sink_host, 16)
OFFSET(kith_sink_host, subscribe, 0)
OFFSET(kith_sink_host, taken, 8)

SIZE(kith_sink_plugin, 8)
OFFSET(kith_sink_plugin, events, 0)

/* service/spool.h */
SIZE(kith_spool_record, 24)
OFFSET(kith_spool_record, number, 0)
OFFSET(kith_spool_record, data, 8)
OFFSET(kith_spool_record, size, 16)

SIZE(kith_spool_host, 24)
OFFSET(kith_spool_host, append, 0)
OFFSET(kith_spool_host, read, 8)
OFFSET(kith_spool_host, acknowledge, 16)

SIZE(kith_spool_plugin, 24)
OFFSET(kith_spool_plugin, appended, 0)
OFFSET(kith_spool_plugin, read, 8)
OFFSET(kith_spool_plugin, acknowledged, 16)

/* service/state.h */
SIZE(kith_state_host, 16)
OFFSET(kith_state_host, load, 0)
OFFSET(kith_state_host, save, 8)

SIZE(kith_state_plugin, 16)
OFFSET(kith_state_plugin, loaded, 0)
OFFSET(kith_state_plugin, saved, 8)

/* service/tcp.h */
SIZE(kith_endpoint, 24)
OFFSET(kith_endpoint, address, 0)
OFFSET(kith_endpoint, port, 16)
OFFSET(kith_endpoint, reserved, 20)

SIZE(kith_tcp_host, 56)
OFFSET(kith_tcp_host, connect, 0)
OFFSET(kith_tcp_host, listen, 8)
OFFSET(kith_tcp_host, accept, 16)
OFFSET(kith_tcp_host, read, 24)
OFFSET(kith_tcp_host, write, 32)
OFFSET(kith_tcp_host, shutdown, 40)
OFFSET(kith_tcp_host, close, 48)

SIZE(kith_tcp_plugin, 40)
OFFSET(kith_tcp_plugin, connected, 0)
OFFSET(kith_tcp_plugin, listening, 8)
OFFSET(kith_tcp_plugin, accepted, 16)
OFFSET(kith_tcp_plugin, read, 24)
OFFSET(kith_tcp_plugin, written, 32)

/* service/timer.h */
SIZE(kith_timer_host, 8)
OFFSET(kith_timer_host, start, 0)

SIZE(kith_timer_plugin, 8)
OFFSET(kith_timer_plugin, fired, 0)

/* service/tls.h */
SIZE(kith_tls_shared_key, 24)
OFFSET(kith_tls_shared_key, identity, 0)
OFFSET(kith_tls_shared_key, key, 16)

SIZE(kith_tls_settings, 96)
OFFSET(kith_tls_settings, struct_size, 0)
OFFSET(kith_tls_settings, flags, 4)
OFFSET(kith_tls_settings, authorities_file, 8)
OFFSET(kith_tls_settings, certificate_file, 24)
OFFSET(kith_tls_settings, key_file, 40)
OFFSET(kith_tls_settings, password, 56)
OFFSET(kith_tls_settings, min_version, 72)
OFFSET(kith_tls_settings, max_version, 76)
OFFSET(kith_tls_settings, shared_keys, 80)
OFFSET(kith_tls_settings, shared_key_count, 88)
OFFSET(kith_tls_settings, reserved, 92)

SIZE(kith_tls_certificate, 80)
OFFSET(kith_tls_certificate, der, 0)
OFFSET(kith_tls_certificate, size, 8)
OFFSET(kith_tls_certificate, subject, 16)
OFFSET(kith_tls_certificate, issuer, 32)
OFFSET(kith_tls_certificate, fingerprint, 48)
OFFSET(kith_tls_certificate, not_before, 64)
OFFSET(kith_tls_certificate, not_after, 72)

SIZE(kith_tls_name, 24)
OFFSET(kith_tls_name, kind, 0)
OFFSET(kith_tls_name, reserved, 4)
OFFSET(kith_tls_name, value, 8)

SIZE(kith_tls_credentials, 48)
OFFSET(kith_tls_credentials, struct_size, 0)
OFFSET(kith_tls_credentials, chain_count, 4)
OFFSET(kith_tls_credentials, chain, 8)
OFFSET(kith_tls_credentials, names, 16)
OFFSET(kith_tls_credentials, name_count, 24)
OFFSET(kith_tls_credentials, identity_count, 28)
OFFSET(kith_tls_credentials, identities, 32)
OFFSET(kith_tls_credentials, authorities_not_after, 40)

SIZE(kith_tls_peer, 56)
OFFSET(kith_tls_peer, struct_size, 0)
OFFSET(kith_tls_peer, version, 4)
OFFSET(kith_tls_peer, verified, 8)
OFFSET(kith_tls_peer, chain_count, 12)
OFFSET(kith_tls_peer, chain, 16)
OFFSET(kith_tls_peer, names, 24)
OFFSET(kith_tls_peer, name_count, 32)
OFFSET(kith_tls_peer, shared_key, 36)
OFFSET(kith_tls_peer, cipher, 40)

SIZE(kith_tls_host, 24)
OFFSET(kith_tls_host, open, 0)
OFFSET(kith_tls_host, secure, 8)
OFFSET(kith_tls_host, close, 16)

SIZE(kith_tls_plugin, 16)
OFFSET(kith_tls_plugin, opened, 0)
OFFSET(kith_tls_plugin, secured, 8)

/* service/udp.h */
SIZE(kith_address, 24)
OFFSET(kith_address, bytes, 0)
OFFSET(kith_address, scope, 16)
OFFSET(kith_address, port, 20)
OFFSET(kith_address, family, 22)
OFFSET(kith_address, reserved, 23)

SIZE(kith_datagram, 40)
OFFSET(kith_datagram, data, 0)
OFFSET(kith_datagram, size, 8)
OFFSET(kith_datagram, flags, 12)
OFFSET(kith_datagram, remote, 16)

SIZE(kith_udp_socket, 56)
OFFSET(kith_udp_socket, struct_size, 0)
OFFSET(kith_udp_socket, flags, 4)
OFFSET(kith_udp_socket, address, 8)
OFFSET(kith_udp_socket, interface, 24)
OFFSET(kith_udp_socket, port, 40)
OFFSET(kith_udp_socket, hops, 44)
OFFSET(kith_udp_socket, max_size, 48)
OFFSET(kith_udp_socket, receive_buffer, 52)

SIZE(kith_udp_host, 48)
OFFSET(kith_udp_host, bind, 0)
OFFSET(kith_udp_host, join, 8)
OFFSET(kith_udp_host, leave, 16)
OFFSET(kith_udp_host, receive, 24)
OFFSET(kith_udp_host, send, 32)
OFFSET(kith_udp_host, close, 40)

SIZE(kith_udp_plugin, 32)
OFFSET(kith_udp_plugin, bound, 0)
OFFSET(kith_udp_plugin, membership, 8)
OFFSET(kith_udp_plugin, received, 16)
OFFSET(kith_udp_plugin, sent, 24)

/* ---- constants ---- */

/* plugin.h */
VALUE(KITH_ABI_MAJOR, 1)
VALUE(KITH_ABI_MINOR, 0)
VALUE(KITH_OK, 0)
VALUE(KITH_CANCELLED, -1)
VALUE(KITH_INVALID, -2)
VALUE(KITH_UNSUPPORTED, -3)
VALUE(KITH_DENIED, -4)
VALUE(KITH_NOT_FOUND, -5)
VALUE(KITH_EXISTS, -6)
VALUE(KITH_BUSY, -7)
VALUE(KITH_LIMIT, -8)
VALUE(KITH_TIMED_OUT, -9)
VALUE(KITH_STALE, -10)
VALUE(KITH_CLOSED, -11)
VALUE(KITH_RESET, -12)
VALUE(KITH_REFUSED, -13)
VALUE(KITH_UNREACHABLE, -14)
VALUE(KITH_UNRESOLVED, -15)
VALUE(KITH_UNAUTHORIZED, -16)
VALUE(KITH_PROTOCOL, -17)
VALUE(KITH_UNAVAILABLE, -18)
VALUE(KITH_IO, -19)
VALUE(KITH_INTERNAL, -20)
VALUE(KITH_KIND_STRATEGY, 1)
VALUE(KITH_KIND_CONNECTOR, 2)
VALUE(KITH_KIND_SINK, 3)
VALUE(KITH_FLAG_AUTHENTICATED, 1)
VALUE(KITH_FLAG_ROTATING, 2)
VALUE(KITH_FLAG_FOREIGN_IO, 4)
VALUE(KITH_FLAG_THREADS, 8)
VALUE(KITH_FLAG_TRUSTS_PEERS, 16)
VALUE(KITH_PRUNE_UNSAID, 0)
VALUE(KITH_PRUNE_DISCONNECT, 1)
VALUE(KITH_PRUNE_KEEP, 2)
VALUE(KITH_PRUNE_REPORT, 3)

/* service/dns.h */
VALUE(KITH_DNS_MAX_NAME, 253)
VALUE(KITH_DNS_MAX_OPEN, 64)
VALUE(KITH_DNS_MAX_SERVERS, 8)
VALUE(KITH_DNS_TTL_UNKNOWN, UINT32_MAX)
VALUE(KITH_DNS_A, 1)
VALUE(KITH_DNS_TXT, 16)
VALUE(KITH_DNS_AAAA, 28)
VALUE(KITH_DNS_SRV, 33)
VALUE(KITH_DNS_RECORDS, 1)
VALUE(KITH_DNS_NODATA, 2)
VALUE(KITH_DNS_NXDOMAIN, 3)
VALUE(KITH_DNS_SEARCH, 1)

/* service/file.h */
VALUE(KITH_FILE_MAX_READ, 67108864)

/* service/http.h */
VALUE(KITH_HTTP_MAX_URL, 8192)
VALUE(KITH_HTTP_MAX_FIELDS, 64)
VALUE(KITH_HTTP_MAX_REQUEST, 16777216)
VALUE(KITH_HTTP_MAX_READ, 1048576)
VALUE(KITH_HTTP_MAX_OPEN, 64)
VALUE(KITH_HTTP_FOREVER, UINT64_MAX)
VALUE(KITH_HTTP_INSECURE, 1)
VALUE(KITH_HTTP_PLAIN_AUTHORIZATION, 2)
VALUE(KITH_HTTP_NO_KEEP_ALIVE, 4)
VALUE(KITH_HTTP_IDEMPOTENT, 8)

/* service/log.h */
VALUE(KITH_LOG_TRACE, 0)
VALUE(KITH_LOG_DEBUG, 1)
VALUE(KITH_LOG_INFO, 2)
VALUE(KITH_LOG_WARNING, 3)
VALUE(KITH_LOG_ERROR, 4)

/* service/members.h */
VALUE(KITH_MEMBERS_MAX_PAGE, 4096)
VALUE(KITH_MEMBER_PRESENT, 1)
VALUE(KITH_MEMBER_LINKED, 2)
VALUE(KITH_MEMBERS_COMPLETE, 1)
VALUE(KITH_MEMBERS_MORE, 2)

/* service/messages.h */
VALUE(KITH_MESSAGES_MAX_SIZE, 16777216)
VALUE(KITH_MESSAGES_MAX_CHANNEL, 64)
VALUE(KITH_MESSAGES_MAX_BATCH, 4096)
VALUE(KITH_MESSAGES_MAX_LISTENING, 1024)
VALUE(KITH_MESSAGE_BROADCAST, 1)

/* service/metric.h */
VALUE(KITH_METRIC_COUNTER, 1)
VALUE(KITH_METRIC_GAUGE, 2)
VALUE(KITH_METRIC_HISTOGRAM, 3)

/* service/options.h */
VALUE(KITH_JSON_ABSENT, 0)
VALUE(KITH_JSON_NULL, 1)
VALUE(KITH_JSON_BOOL, 2)
VALUE(KITH_JSON_INTEGER, 3)
VALUE(KITH_JSON_NUMBER, 4)
VALUE(KITH_JSON_STRING, 5)
VALUE(KITH_JSON_ARRAY, 6)
VALUE(KITH_JSON_OBJECT, 7)

/* service/process.h */
VALUE(KITH_PROCESS_MAX_ARGUMENTS, 256)
VALUE(KITH_PROCESS_MAX_TEXT, 65536)
VALUE(KITH_PROCESS_MAX_READ, 1048576)
VALUE(KITH_PROCESS_MAX_WRITE, 1048576)
VALUE(KITH_PROCESS_MAX_OPEN, 64)
VALUE(KITH_PROCESS_MAX_ERRORS, 4096)
VALUE(KITH_PROCESS_INPUT, 1)
VALUE(KITH_PROCESS_OUTPUT, 2)

/* service/sink.h */
VALUE(KITH_EVENT_TOPOLOGY_STARTED, 0)
VALUE(KITH_EVENT_TOPOLOGY_STOPPED, 1)
VALUE(KITH_EVENT_TOPOLOGY_STALE, 2)
VALUE(KITH_EVENT_TOPOLOGY_FRESH, 3)
VALUE(KITH_EVENT_TOPOLOGY_READY, 4)
VALUE(KITH_EVENT_OBSERVATION_OK, 5)
VALUE(KITH_EVENT_OBSERVATION_FAILED, 6)
VALUE(KITH_EVENT_PEER_DISCOVERED, 7)
VALUE(KITH_EVENT_PEER_UPDATED, 8)
VALUE(KITH_EVENT_PEER_COLLISION, 9)
VALUE(KITH_EVENT_PEER_MISSING, 10)
VALUE(KITH_EVENT_PEER_HELD, 11)
VALUE(KITH_EVENT_PEER_LOST, 12)
VALUE(KITH_EVENT_CONNECTOR_ATTACHED, 13)
VALUE(KITH_EVENT_CONNECTOR_DETACHED, 14)
VALUE(KITH_EVENT_CONNECT_STARTED, 15)
VALUE(KITH_EVENT_CONNECT_SUCCEEDED, 16)
VALUE(KITH_EVENT_CONNECT_FAILED, 17)
VALUE(KITH_EVENT_DISCONNECT_SUCCEEDED, 18)
VALUE(KITH_EVENT_DISCONNECT_FAILED, 19)
VALUE(KITH_EVENT_LINK_UP, 20)
VALUE(KITH_EVENT_LINK_DOWN, 21)
VALUE(KITH_EVENT_PLUGIN_LOADED, 22)
VALUE(KITH_EVENT_PLUGIN_REFUSED, 23)
VALUE(KITH_EVENT_PLUGIN_STALLED, 24)
VALUE(KITH_EVENT_PLUGIN_FAILED, 25)
VALUE(KITH_EVENT_EVENTS_LOST, 26)
VALUE(KITH_EVENT_CONFIG_RELOADED, 27)
VALUE(KITH_EVENT_CONFIG_REFUSED, 28)
VALUE(KITH_EVENT_SECURITY_WARNING, 29)
VALUE(KITH_EVENT_PLUGIN_CHANGED, 30)
VALUE(KITH_EVENT_TOPOLOGY_PAUSED, 31)
VALUE(KITH_EVENT_TOPOLOGY_RESUMED, 32)
VALUE(KITH_EVENT_REMOVAL_CONFIRMED, 33)
VALUE(KITH_EVENT_MESSAGE_LOST, 34)
VALUE(KITH_EVENT_PLUGIN_CRASHED, 35)
VALUE(KITH_EVENT_PLUGIN_QUARANTINED, 36)
VALUE(KITH_EVENT_PLUGIN_REPLACED, 37)

/* service/spool.h */
VALUE(KITH_SPOOL_MIN_BOUND, 65536)
VALUE(KITH_SPOOL_MAX_BOUND, 1073741824)
VALUE(KITH_SPOOL_MAX_RECORD, 1048576)
VALUE(KITH_SPOOL_MAX_READ, 1048576)

/* service/state.h */
VALUE(KITH_STATE_MAX, 65536)

/* service/tcp.h */
VALUE(KITH_TCP_MAX_READ, 1048576)
VALUE(KITH_TCP_MAX_WRITE, 16777216)

/* service/tls.h */
VALUE(KITH_TLS_MAX_FILE, 1048576)
VALUE(KITH_TLS_MAX_CONTEXTS, 64)
VALUE(KITH_TLS_MAX_KEYS, 16)
VALUE(KITH_TLS_KEY_SIZE, 32)
VALUE(KITH_TLS_MAX_IDENTITY, 128)
VALUE(KITH_TLS_1_2, 0x0303)
VALUE(KITH_TLS_1_3, 0x0304)
VALUE(KITH_TLS_INSECURE, 1)
VALUE(KITH_TLS_SERVER, 2)
VALUE(KITH_TLS_ANONYMOUS, 4)
VALUE(KITH_TLS_COMMON_NAME, 1)
VALUE(KITH_TLS_DNS, 2)
VALUE(KITH_TLS_ADDRESS, 3)
VALUE(KITH_TLS_URI, 4)
VALUE(KITH_TLS_EMAIL, 5)
VALUE(KITH_TLS_NO_KEY, UINT32_MAX)

/* service/udp.h */
VALUE(KITH_UDP_MAX_SIZE, 65507)
VALUE(KITH_UDP_MAX_BATCH, 256)
VALUE(KITH_UDP_MAX_GROUPS, 64)
VALUE(KITH_ADDRESS_IPV4, 4)
VALUE(KITH_ADDRESS_IPV6, 6)
VALUE(KITH_DATAGRAM_TRUNCATED, 1)
VALUE(KITH_UDP_SHARED, 1)
VALUE(KITH_UDP_BROADCAST, 2)
VALUE(KITH_UDP_NO_LOOP, 4)

#endif
