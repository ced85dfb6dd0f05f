// The members of each form, by the names that the paths of edits use (edit.h). What signs or is called while
// evidence is made has no path, but for the hooks on bytes.
#pragma once

#include "stack/evidence/machine.h"

namespace assay::evidence {

// Calls `visit(name, member)` for each member of a form.
template <class V>
void members(KeyName& f, V&& visit) {
    visit("label", f.label), visit("algo", f.algo), visit("rsa_bits", f.rsa_bits);
}

template <class V>
void members(Extension& f, V&& visit) {
    visit("oid", f.oid), visit("critical", f.critical), visit("value", f.value);
}

template <class V>
void members(CertificateForm& f, V&& visit) {
    visit("key", f.key), visit("public_key", f.public_key), visit("signer", f.signer), visit("hash", f.hash);
    visit("subject", f.subject), visit("issuer", f.issuer), visit("serial", f.serial);
    visit("version", f.version), visit("not_before", f.not_before), visit("not_after", f.not_after);
    visit("ca", f.ca), visit("path_length", f.path_length), visit("key_usage", f.key_usage);
    visit("purposes", f.purposes), visit("key_identifiers", f.key_identifiers), visit("more", f.more);
    visit("made", f.edit_after);
}

template <class V>
void members(BlockForm& f, V&& visit) {
    visit("index", f.index), visit("specification", f.specification), visit("size", f.size);
    visit("type", f.type), visit("value_size", f.value_size), visit("value", f.value);
    visit("after", f.after);
}

template <class V>
void members(OpaqueForm& f, V&& visit) {
    visit("type", f.type), visit("value", f.value), visit("length", f.length);
}

template <class V>
void members(ReportForm& f, V&& visit) {
    visit("version", f.version), visit("request_version", f.request_version);
    visit("request_code", f.request_code), visit("attributes", f.attributes);
    visit("operation", f.operation), visit("nonce", f.nonce), visit("slot", f.slot);
    visit("response_version", f.response_version), visit("response_code", f.response_code);
    visit("param1", f.param1), visit("param2", f.param2), visit("block_count", f.block_count);
    visit("record_length", f.record_length), visit("blocks", f.blocks);
    visit("responder_nonce", f.responder_nonce), visit("opaque", f.opaque);
    visit("opaque_tail", f.opaque_tail), visit("opaque_length", f.opaque_length);
    visit("signer", f.signer), visit("unsigned", f.edit_before);
}

template <class V>
void members(VcaForm& f, V&& visit) {
    visit("version", f.version), visit("older_offered", f.older_offered);
    visit("weaker_hash", f.weaker_hash), visit("no_signatures", f.no_signatures), visit("made", f.edit);
}

template <class V>
void members(GpuForm& f, V&& visit) {
    visit("model", f.model), visit("chain", f.chain), visit("report", f.report), visit("vca", f.vca);
    visit("der", f.der);
}

template <class V>
void members(SignatureForm& f, V&& visit) {
    visit("canonicalization", f.canonicalization), visit("method", f.method);
    visit("digest_method", f.digest_method), visit("reference_uri", f.reference_uri);
    visit("transforms", f.transforms), visit("more_references", f.more_references);
    visit("digest", f.digest), visit("hash", f.hash), visit("signer", f.signer);
    visit("certificates", f.certificates), visit("more_key_info", f.more_key_info);
    visit("more", f.more), visit("covered_id", f.covered_id);
}

template <class V>
void members(RimForm& f, V&& visit) {
    visit("prolog", f.prolog), visit("root", f.root), visit("meta", f.meta), visit("entity", f.entity);
    visit("resources", f.resources), visit("payload_prefix", f.payload_prefix);
    visit("more_payload", f.more_payload), visit("more", f.more), visit("signature", f.signature);
    visit("is_signed", f.is_signed);
}

template <class V>
void members(OcspForm& f, V&& visit) {
    visit("subject", f.subject), visit("issuer", f.issuer), visit("sha384_id", f.sha384_id);
    visit("standing", f.standing), visit("reason", f.reason);
    visit("responder_name", f.responder_name), visit("response_status", f.response_status),
        visit("signer", f.signer);
    visit("hash", f.hash), visit("delegate", f.delegate), visit("produced", f.produced);
    visit("this_update", f.this_update), visit("next_update", f.next_update), visit("nonce", f.nonce);
    visit("more", f.more), visit("more_of_single", f.more_of_single), visit("pss_sha1", f.pss_sha1);
    visit("made", f.edit_after);
}

template <class V>
void members(EventForm& f, V&& visit) {
    visit("index", f.index), visit("type", f.type), visit("data", f.data), visit("digest_of", f.digest_of);
    visit("digests", f.digests);
}

template <class V>
void members(EventLogForm& f, V&& visit) {
    visit("banks", f.banks), visit("listed", f.listed), visit("events", f.events), visit("agile", f.agile);
    visit("made", f.edit_after);
}

template <class V>
void members(CanonicalRecordForm& f, V&& visit) {
    visit("index", f.index), visit("digest", f.digest), visit("content", f.content);
}

template <class V>
void members(CanonicalLogForm& f, V&& visit) {
    visit("encoding", f.encoding), visit("records", f.records);
}

template <class V>
void members(QuoteForm& f, V&& visit) {
    visit("magic", f.magic), visit("type", f.type), visit("extra_data", f.extra_data);
    visit("clock", f.clock), visit("resets", f.resets), visit("restarts", f.restarts);
    visit("firmware", f.firmware), visit("bank", f.bank), visit("selected", f.selected);
    visit("values", f.values), visit("pcr_digest", f.pcr_digest), visit("signer", f.signer);
    visit("scheme", f.scheme), visit("stated_scheme", f.stated_scheme), visit("hash", f.hash);
    visit("unsigned", f.edit_before);
}

template <class V>
void members(TpmForm& f, V&& visit) {
    visit("chain", f.chain), visit("log", f.log), visit("later", f.later), visit("given", f.given);
    visit("quote", f.quote);
}

template <class V>
void members(TcbForm& f, V&& visit) {
    visit("boot_loader", f.boot_loader), visit("tee", f.tee), visit("snp", f.snp);
    visit("microcode", f.microcode), visit("fmc", f.fmc);
}

template <class V>
void members(ProcessorForm& f, V&& visit) {
    visit("family", f.family), visit("model", f.model), visit("stepping", f.stepping);
}

template <class V>
void members(SnpForm& f, V&& visit) {
    visit("chain", f.chain), visit("version", f.version), visit("processor", f.processor);
    visit("guest_svn", f.guest_svn), visit("policy", f.policy), visit("vmpl", f.vmpl);
    visit("signature_algo", f.signature_algo), visit("current", f.current), visit("reported", f.reported);
    visit("committed", f.committed), visit("launch", f.launch), visit("platform_info", f.platform_info);
    visit("flags", f.flags), visit("report_data", f.report_data), visit("measurement", f.measurement);
    visit("chip_id", f.chip_id), visit("launch_mitigations", f.launch_mitigations);
    visit("current_mitigations", f.current_mitigations), visit("signer", f.signer);
    visit("unsigned", f.edit_before);
}

template <class V>
void members(RuntimeDataForm& f, V&& visit) {
    visit("keys", f.keys), visit("made", f.edit_after);
}

template <class V>
void members(Machine& f, V&& visit) {
    visit("gpus", f.gpus), visit("rims", f.rims), visit("ocsp", f.ocsp), visit("tpm", f.tpm);
    visit("snp", f.snp), visit("runtime_data", f.runtime_data), visit("nonce", f.nonce);
    visit("time", f.time), visit("roots", f.roots), visit("policy", f.policy);
}

}  // namespace assay::evidence
