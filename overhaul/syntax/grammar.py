"""What each LibCST node holds, in the order in which it is written out.

One line a node class; `tests/trunk/test_grammar.py` holds it against LibCST's own visitors. The signs behind a field:

    name      a child, always there           name*    a sequence of children
    name?     a child, or None or a sentinel  name#    a sequence of EmptyLine
    name~     white space                     name^    a TrailingWhitespace
    name%     a token that only holds white space, or a sentinel
    name=     a child that is stored to       name|k   a suite of its own, of kind k
    name!     passed over: only a name, with nothing to count in it
    name$     what is called: a plain name or a chain of names is noted as a call
    name+     a sequence of children, or one ImportStar
    name>K    a child that is visited as what stands under K here
    @         the node's own position: what stands before it is not part of it (LibCST's PositionProvider, but for
              IndentedBlock: noted where its header ends, and not where its first statement begins)
    {verb}    what `overhaul.syntax.walk` does there to keep track of scopes and names
"""

from typing import Final

_OPEN = "lpar* @ "
_CLOSE = " rpar*"
_STATEMENT_END = " semicolon?"

GRAMMAR: Final[dict[str, str]] = {
    # Module and suites
    "Module": "header# body* footer#",
    "IndentedBlock": "header^ @ body* footer#",
    "SimpleStatementLine": "leading_lines# @ body* {end} trailing_whitespace^",
    "SimpleStatementSuite": "leading_whitespace~ @ body* {end} trailing_whitespace^",
    # Compound statements
    "If": "leading_lines# @ whitespace_before_test~ test whitespace_after_test~ body|if orelse?|orelse",
    "Else": "leading_lines# @ whitespace_before_colon~ body|else",
    "While": "leading_lines# @ whitespace_after_while~ test whitespace_before_colon~ body|while orelse?",
    "For": "leading_lines# @ asynchronous? whitespace_after_for~ target= whitespace_before_in~ "
           "whitespace_after_in~ iter "
           "whitespace_before_colon~ body|for orelse?",
    "Try": "leading_lines# @ whitespace_before_colon~ body|try handlers* orelse? finalbody?",
    "TryStar": "leading_lines# @ whitespace_before_colon~ body|try handlers* orelse? finalbody?",
    "ExceptHandler": "leading_lines# @ whitespace_after_except~ type? name? whitespace_before_colon~ body|except",
    "ExceptStarHandler": "leading_lines# @ whitespace_after_except~ whitespace_after_star~ type name? "
                         "whitespace_before_colon~ body|except",
    "Finally": "leading_lines# @ whitespace_before_colon~ body|finally",
    "With": "leading_lines# @ asynchronous? whitespace_after_with~ lpar% items* rpar% whitespace_before_colon~ "
            "body|with",
    "WithItem": "@ item asname? comma%",
    "AsName": "@ whitespace_before_as~ whitespace_after_as~ name=",
    "FunctionDef": "leading_lines# decorators* lines_after_decorators# @ {function} asynchronous? "
                   "whitespace_after_def~ "
                   "name! whitespace_after_name~ type_parameters? whitespace_after_type_parameters~ "
                   "whitespace_before_params~ params returns? whitespace_before_colon~ {enter} body {leave}",
    "ClassDef": "leading_lines# decorators* lines_after_decorators# @ {class} whitespace_after_class~ name! "
                "whitespace_after_name~ type_parameters? whitespace_after_type_parameters~ lpar% bases* "
                "keywords* rpar% "
                "whitespace_before_colon~ {enter} body {leave}",
    "Decorator": "leading_lines# @ whitespace_after_at~ decorator$ trailing_whitespace^",
    "Match": "leading_lines# @ whitespace_after_match~ subject whitespace_before_colon~ whitespace_after_colon^ cases* "
             "footer#",
    "MatchCase": "leading_lines# @ whitespace_after_case~ pattern whitespace_before_if~ whitespace_after_if~ guard? "
                 "whitespace_before_colon~ body|case",
    # Simple statements
    "Expr": "@ value" + _STATEMENT_END,
    "Pass": "@" + _STATEMENT_END,
    "Break": "@" + _STATEMENT_END,
    "Continue": "@" + _STATEMENT_END,
    "Return": "@ whitespace_after_return~ value?" + _STATEMENT_END,
    "Raise": "@ whitespace_after_raise~ exc? cause?" + _STATEMENT_END,
    "From": "whitespace_before_from~ @ whitespace_after_from~ item",
    "Assert": "@ whitespace_after_assert~ test comma% msg?" + _STATEMENT_END,
    "Del": "@ {mark} whitespace_after_del~ target {delete}" + _STATEMENT_END,
    "Assign": "@ {mark} targets* {value} value {bind}" + _STATEMENT_END,
    "AssignTarget": "@ target= whitespace_before_equal~ whitespace_after_equal~",
    "AnnAssign": "@ {mark} target= {value} annotation equal% value? {declare}" + _STATEMENT_END,
    "AugAssign": "@ target {augment} operator value" + _STATEMENT_END,
    "Annotation": "whitespace_before_indicator~ @ whitespace_after_indicator~ {annotation} annotation {plain}",
    "Import": "@ whitespace_after_import~ names* {import}" + _STATEMENT_END,
    "LazyImport": "@ whitespace_after_lazy~ whitespace_after_import~ names* {import}" + _STATEMENT_END,
    "ImportAlias": "@ name>Dotted asname>AliasAs comma%",
    "ImportFrom": "@ whitespace_after_from~ relative* module>Dotted whitespace_before_import~ "
                  "whitespace_after_import~ lpar% "
                  "names+ rpar% {import}" + _STATEMENT_END,
    "LazyImportFrom": "@ whitespace_after_lazy~ whitespace_after_from~ relative* module>Dotted "
                      "whitespace_before_import~ whitespace_after_import~ lpar% names+ rpar% {import}" + _STATEMENT_END,
    "ImportStar": "@",
    "AliasAs": "whitespace_before_as~ whitespace_after_as~ name!",
    "Dotted": "{dotted}",
    "Global": "@ whitespace_after_global~ names* {global}" + _STATEMENT_END,
    "Nonlocal": "@ whitespace_after_nonlocal~ names* {nonlocal}" + _STATEMENT_END,
    "NameItem": "@ name! comma%",
    "TypeAlias": "@ {mark} whitespace_after_type~ name= whitespace_after_name~ type_parameters? "
                 "whitespace_after_type_parameters~ whitespace_after_equals~ {alias} value {aliased}" + _STATEMENT_END,
    # Parameters and arguments
    "Parameters": "posonly_params* posonly_ind? params* star_arg? kwonly_params* star_kwarg?",
    "Param": "@ whitespace_after_star~ {param} name! annotation? equal% default? comma% whitespace_after_param~",
    "ParamSlash": "@ whitespace_after~ comma%",
    "ParamStar": "@ comma%",
    "Arg": "@ whitespace_after_star~ keyword! equal% value comma% whitespace_after_arg~",
    "TypeParameters": "{mark} lbracket% params* rbracket% {typed}",
    "TypeParam": "@ param equal% whitespace_after_star~ default? comma%",
    "TypeVar": "@ name! colon% bound?",
    "TypeVarTuple": "@ whitespace_after_star~ name!",
    "ParamSpec": "@ whitespace_after_star~ name!",
    # Expressions
    "Name": _OPEN + "{load}" + _CLOSE,
    "Attribute": "{attribute}",
    "Call": _OPEN + "func$ whitespace_after_func~ whitespace_before_args~ args*" + _CLOSE,
    "Subscript": _OPEN + "value whitespace_after_value~ lbracket% slice* rbracket%" + _CLOSE,
    "SubscriptElement": "@ slice comma%",
    "Index": "@ whitespace_after_star~ value",
    "Slice": "@ lower? first_colon% upper? second_colon% step?",
    "Await": _OPEN + "whitespace_after_await~ expression" + _CLOSE,
    "Yield": _OPEN + "whitespace_after_yield~ value?" + _CLOSE,
    "BinaryOperation": _OPEN + "left operator% right" + _CLOSE,
    "BooleanOperation": _OPEN + "left operator% right" + _CLOSE,
    "UnaryOperation": _OPEN + "operator% expression" + _CLOSE,
    "Comparison": _OPEN + "left comparisons*" + _CLOSE,
    "ComparisonTarget": "@ operator% comparator",
    "IfExp": _OPEN + "body whitespace_before_if~ whitespace_after_if~ test whitespace_before_else~ "
             "whitespace_after_else~ "
                     "orelse" + _CLOSE,
    "NamedExpr": _OPEN + "{walrus} target! whitespace_before_walrus~ whitespace_after_walrus~ value" + _CLOSE,
    "Lambda": _OPEN + "{lambda} whitespace_after_lambda~ params colon% {enter} body {leave}" + _CLOSE,
    "ListComp": _OPEN + "{comprehension} {enter} lbracket% elt for_in rbracket% {leave}" + _CLOSE,
    "SetComp": _OPEN + "{comprehension} {enter} lbrace% elt for_in rbrace% {leave}" + _CLOSE,
    "GeneratorExp": _OPEN + "{comprehension} {enter} elt for_in {leave}" + _CLOSE,
    "DictComp": _OPEN + "{comprehension} {enter} lbrace% key whitespace_before_colon~ whitespace_after_colon~ value "
                        "for_in rbrace% {leave}" + _CLOSE,
    "StarredDictComp": _OPEN + "{comprehension} {enter} lbrace% whitespace_before_value~ value for_in rbrace% "
                               "{leave}" + _CLOSE,
    "CompFor": "@ whitespace_before~ asynchronous? whitespace_after_for~ target= whitespace_before_in~ "
               "whitespace_after_in~ {outside} iter {inside} ifs* inner_for_in?",
    "CompIf": "@ whitespace_before~ whitespace_before_test~ test",
    "Tuple": _OPEN + "elements*" + _CLOSE,
    "List": _OPEN + "lbracket% elements* rbracket%" + _CLOSE,
    "Set": _OPEN + "lbrace% elements* rbrace%" + _CLOSE,
    "Dict": _OPEN + "lbrace% elements* rbrace%" + _CLOSE,
    "Element": "@ value comma%",
    "StarredElement": _OPEN + "whitespace_before_value~ value" + _CLOSE + " comma%",
    "DictElement": "@ key whitespace_before_colon~ whitespace_after_colon~ value comma%",
    "StarredDictElement": "@ whitespace_before_value~ value comma%",
    "Integer": "lpar* @" + _CLOSE,
    "Float": "lpar* @" + _CLOSE,
    "Imaginary": "lpar* @" + _CLOSE,
    "Ellipsis": "lpar* @" + _CLOSE,
    "SimpleString": _OPEN + "{string}" + _CLOSE,
    "ConcatenatedString": _OPEN + "left whitespace_between~ right" + _CLOSE,
    "FormattedString": _OPEN + "parts*" + _CLOSE,
    "FormattedStringText": "@ {text}",
    "FormattedStringExpression": "@ whitespace_before_expression~ expression equal% whitespace_after_expression~ "
                                 "format_spec*?",
    "TemplatedString": _OPEN + "parts*" + _CLOSE,
    "TemplatedStringText": "@ {text}",
    "TemplatedStringExpression": "@ whitespace_before_expression~ expression equal% whitespace_after_expression~ "
                                 "format_spec*?",
    # Patterns
    "MatchValue": "@ value",
    "MatchSingleton": "@ value!",
    "MatchSequenceElement": "@ value comma%",
    "MatchStar": "@ whitespace_before_name~ {capture} name! comma%",
    "MatchList": _OPEN + "lbracket% patterns* rbracket%" + _CLOSE,
    "MatchTuple": _OPEN + "patterns*" + _CLOSE,
    "MatchMapping": _OPEN + "lbrace% elements* whitespace_before_rest~ {rest} rest! trailing_comma% rbrace%" + _CLOSE,
    "MatchMappingElement": "@ key whitespace_before_colon~ whitespace_after_colon~ pattern comma%",
    "MatchClass": _OPEN + "cls whitespace_after_cls~ whitespace_before_patterns~ patterns* kwds* whitespace_after_kwds~"
                  + _CLOSE,
    "MatchKeywordElement": "@ key! whitespace_before_equal~ whitespace_after_equal~ pattern comma%",
    "MatchAs": _OPEN + "pattern? whitespace_before_as~ whitespace_after_as~ {capture} name!" + _CLOSE,
    "MatchOr": _OPEN + "patterns*" + _CLOSE,
    "MatchOrElement": "@ pattern separator%",
    # Tokens that hold only white space are met through `%`; these are dispatched to
    "Asynchronous": "@ whitespace_after~",
    "Semicolon": "whitespace_before~ @ whitespace_after~",
    "Dot": "whitespace_before~ @ whitespace_after~",
    "LeftParen": "@ whitespace_after~",
    "RightParen": "@ whitespace_before~",
}
"""Node class -> its children and the verbs between them."""
