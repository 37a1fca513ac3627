/** Benchmarks of the journal. */
@NullMarked
package org.penstock.benchmarks.journal;

import org.jspecify.annotations.NullMarked;
