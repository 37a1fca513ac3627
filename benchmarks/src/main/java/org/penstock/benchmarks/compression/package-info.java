/** Benchmarks of the chunk codecs. */
@NullMarked
package org.penstock.benchmarks.compression;

import org.jspecify.annotations.NullMarked;
