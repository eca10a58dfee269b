// SPDX-License-Identifier: Apache-2.0
// The program tests/corpus/dotnet/good-classes.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
[assembly: Guid("12345678-9abc-def0-1234-56789abcdef0")]
[assembly: System.Reflection.AssemblyVersion("1.2.3.4")]
namespace Outer.Space
{
    public interface IPair<A, B> { A First(); }
    public abstract class Base<T> : IPair<T, string>
    {
        public const string Word = "constant text";
        public abstract T First();
        protected static readonly int[] Data = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
        protected internal virtual void Grid(int[,] grid, ref string name, List<Dictionary<string, T[]>> map) { }
        public class Inner
        {
            internal sealed class Deep { private protected void Hide(Inner inner) { } }
            public static K Make<K, V>(K key, V[] values, T outer) { return key; }
        }
    }
    sealed class Program : Base<object>
    {
        [DllImport("native.so")] static extern unsafe void Call(int* pointer, IntPtr handle);
        public override object First() { return "user string"; }
        static int Main(string[] args) { Console.WriteLine("hello"); return Data[0]; }
    }
}
