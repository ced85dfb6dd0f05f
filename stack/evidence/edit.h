// Edits of a machine's evidence as data: one vocabulary for whoever makes wrong evidence. A step is an
// operation on a place of the forms before anything is signed, or on a file when all is signed.
//
// {"op": OP, "path": PATH, ...}, where PATH begins with
//   a member of the machine         "snp.platform_info", "gpus[0].report.blocks[9].value", "policy.tpm";
//   "responses[1]"                  the OCSP responses, made of the certificates as they are in the end;
//   "evidence", "context"           the two lists, as they are written;
// or {"op": OP, "file": "snp/report.bin", ...}, a file as it is written. Negative indexes and places in bytes
// count from the end. A list's path with "[+]" is the place behind its last element; with "[*]" the step is
// done for each element, in whose turn the same stands for its index wherever the step has it.
//
//   set      to "value"
//   add      "value" to a number
//   erase    the element, the member, what may be missing, or the file
//   insert   "value" before the element, as many "times"
//   swap     with what stands at "with"
//   relink   of a chain: each certificate names and is signed by the next one
//   recount  of a report: MSRSCNT follows from the blocks
//   certify  of "snp": its leaf certificate is for the reported TCB
//   boot     of "tpm": a guest that booted otherwise, in what "value" says: label, secure_boot, loader,
//            firmware, system, rsa
//   flip     of bytes: the lowest bit of the byte "at"; without "at" of the last one
//   put      "value" over the bytes from "at" on
//   fill     "size" bytes (all, without it) from "at" on with the byte "value"
//   cut      to "size" bytes
//   end      nothing follows the place "at" in the "field" any more
//   append   "value"
// Bytes are a byte string, a file, or a hook: "made" of what a form makes, "unsigned" of what it signs. Where
// they are a described structure (structures.cpp), "field" names one of its fields, which alone is edited:
// {"op": "flip", "file": "snp/report.bin", "field": "HOST_DATA", "at": 0}.
//
// A value is as place.h has it, or an object with one key:
//   {"$copy": PATH}             what stands there now
//   {"$genuine": [SHAPE, PATH]} the same of another machine, or of the same one with the next seed
//                               for the shape "next"
//   {"$text": T}, {"$sha256": T}, {"$sha384": T}, {"$sha512": T}   the bytes of a text, or its digest
//   {"$repeat": [BYTE, SIZE]}, {"$concat": [VALUES]}, {"$first": [SIZE, VALUE]}
//   {"$measurement": [FIRMWARE, INDEX, WHICH]}                      stack/evidence/gpu.h
//   {"$efi_variable": [NAME, VALUE]}
//   {"$reversed": VALUE}, {"$member": [NAME, VALUE]}
//   {"$manifest": ["driver" or "vbios", FIRMWARE]}, {"$device": FIRMWARE with "label" and "nonce"}, where
//                               FIRMWARE is {"model": "GH100", "driver": VERSION, "vbios": VERSION}
//   {"$tcb_info": {"model": MODEL, "fwids": [VALUES], "digest_oid": OID}}
//   {"$name_constraint": ["permitted" or "excluded", NAME]}, {"$delegate": CERTIFICATE of its issuer}
//   {"$switch_pdi": POSITION}, {"$gpu_pdi": POSITION}, {"$switches_of_gpu": [VALUES]},
//   {"$gpus_of_switch": [VALUES]}   stack/evidence/gpu.h
//   {"$made": NAME}             of the machine as it stands: "registers" that its TPM holds, "quoted_nonce",
//                               "report_data", "boot_policy"
#pragma once

#include "stack/evidence/machine.h"
#include "stack/evidence/place.h"

namespace assay::evidence {

// Does one step, or has it done when the machine's evidence is made. `origin` is the shape of the machine,
// for {"$genuine": ["next", …]}. Errors: Errc::bad_text with what is wrong with the step. What is wrong with
// a step that is done later is the error of make().
Result<> apply(Machine& machine, const Json& step, std::string_view origin = {});

// All of a list, in order. Errors: as apply, with the number of the step, from 1.
Result<> apply_all(Machine& machine, const Json& steps, std::string_view origin = {});

}  // namespace assay::evidence
