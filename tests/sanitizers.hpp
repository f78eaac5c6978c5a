// SPDX-License-Identifier: MIT
//
// KITH_ADDRESS_SANITIZER and KITH_THREAD_SANITIZER: 1 in a program that is built with that sanitizer, else 0. GCC reports it by macros, clang
// by __has_feature.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define KITH_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KITH_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef KITH_ADDRESS_SANITIZER
#define KITH_ADDRESS_SANITIZER 0
#endif

#if defined(__SANITIZE_THREAD__)
#define KITH_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KITH_THREAD_SANITIZER 1
#endif
#endif
#ifndef KITH_THREAD_SANITIZER
#define KITH_THREAD_SANITIZER 0
#endif
