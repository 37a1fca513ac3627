/** Benchmarks. */
@NullMarked
package org.penstock.benchmarks;

import org.jspecify.annotations.NullMarked;
